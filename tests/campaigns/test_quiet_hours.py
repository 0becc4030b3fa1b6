"""The short form: zones whose clocks change in odd ways, every ninety-odd minutes around each change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.campaigns.quiet_hours import run

ODD = (
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",  # half an hour
    "Africa/Casablanca",  # winter time in Ramadan
    "America/Santiago",  # at midnight
    "Asia/Kathmandu",
    "Antarctica/Troll",  # two hours
    "Pacific/Chatham",
)


@pytest.mark.campaign
def test_nothing_goes_outside_of_its_window() -> None:
    looked, changes, faults = run(ODD, [2026], every=timedelta(minutes=97))
    assert looked == len(ODD)
    assert changes >= 2 * (len(ODD) - 1)
    assert faults == []
