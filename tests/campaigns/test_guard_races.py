"""The short forms of the campaigns that race for guard windows and against refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from cockpit.storage.database import Database
from tests.campaigns import guard_race, refusal_race
from tests.storage.rows import attempt_of


@pytest.mark.campaign
def test_threads_let_nobody_over_a_limit(db: Database) -> None:
    race = guard_race.Race(attempts=48, threads=4, workspaces=1, people=3, days=4)
    made, through, counted = guard_race.run(db, race)
    assert made == race.attempts
    assert through > 1
    assert counted > through


def test_the_count_finds_what_is_too_much(now: datetime) -> None:
    first = attempt_of("own", UUID(int=1), state="ACCEPTED", channel="phone", sent_at=now)
    far = replace(first, sent_at=now + timedelta(days=8))
    near = replace(first, sent_at=now + timedelta(hours=3))
    assert guard_race.count_again([first, far]) == 2 * 8
    with pytest.raises(AssertionError):
        guard_race.count_again([first, near])


@pytest.mark.campaign
def test_nothing_leaves_after_a_refusal(db: Database) -> None:
    assert refusal_race.run(db, 6).total() == 6
