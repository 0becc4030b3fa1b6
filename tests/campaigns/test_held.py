"""The short form: zones whose clocks change in odd ways, a window for each change."""

from __future__ import annotations

import pytest

from cockpit.storage.database import Database
from tests.campaigns.held import cases, run

ODD = ("America/St_Johns", "Australia/Lord_Howe", "Antarctica/Troll", "Asia/Kathmandu")


@pytest.mark.campaign
def test_what_is_held_goes_in_the_minute_in_which_it_may(db: Database) -> None:
    seen = run(db, cases(ODD, [2026]))
    assert seen.total() == 7
    assert len(seen) == 2
