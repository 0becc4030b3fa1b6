"""The short form of the campaign: three kills on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns.kill_import import campaign


@pytest.mark.campaign
def test_killed_import_loses_and_doubles_nothing(urls: Iterator[str], tmp_path: Path) -> None:
    assert len(list(campaign(urls, tmp_path, times=3, seed=11, signals=4_000))) == 3
