"""The short form: a worker is killed twice while a rule looks at a few signals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.campaigns.kill_rules import campaign


@pytest.mark.campaign
def test_each_signal_is_decided_on_once(urls: Iterator[str]) -> None:
    assert campaign(next(urls), signals=12, kills=2).attempts == 12
