"""The short form of the campaign: a few seconds on each engine; speed is measured by the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaigns.post_signals import Plan, campaign


@pytest.mark.campaign
def test_posted_signals_are_stored_once_and_shown(empty_url: str, tmp_path: Path) -> None:
    told = campaign(empty_url, tmp_path, Plan(clients=4, rate=20, seconds=4, people=200))
    assert dict(told.seen.answers) == {"accepted": told.sent}
    assert (told.lost, told.doubled) == (0, 0)
    assert told.panel_seconds < 30
