"""What the Hub tells later, and what a person finds out."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from cockpit.automation.claim import settle_expired
from cockpit.automation.outcome import Update, decide_unknown, record_update, settle
from cockpit.automation.retries import LONGEST_WAIT, wait_after
from cockpit.errors import Conflict
from cockpit.hub.outcomes import Ambiguous, Sent
from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import whole_workspace
from cockpit.storage.attempts import ACCEPTED, COMPLETED, FAILED_NOT_SENT, UNKNOWN
from cockpit.storage.database import Database
from cockpit.storage.guard_windows import find_window
from tests.automation.test_claim import LEASE, claimed, reserved, stored, sure


def tell(db: Database, workspace: WorkspaceId, told: Update, now: datetime) -> object:
    with db.write() as conn:
        return record_update(conn, workspace, told, now)


def test_updates_of_the_hub(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    attempt = reserved(db, workspace, now)
    at = now + timedelta(seconds=10)
    settle(db, sure(claimed(db, workspace, at)), Sent("e1"), "none", at)
    assert tell(db, workspace, Update("e1", outcome="no_answer"), at) == attempt.attempt_id
    assert (stored(db, workspace, attempt).state, stored(db, workspace, attempt).outcome) == (ACCEPTED, "no_answer")
    tell(db, workspace, Update("e1", outcome="booked", final=True), at)
    tell(db, workspace, Update("e1", outcome="late news"), at)
    after = stored(db, workspace, attempt)
    assert (after.state, after.outcome, after.finished_at) == (COMPLETED, "booked", at)
    assert tell(db, workspace, Update("e2"), at) is None


def test_an_update_settles_what_nobody_knew(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    attempt = reserved(db, workspace, now)
    at = now + timedelta(seconds=10)
    settle(db, sure(claimed(db, workspace, at)), Ambiguous("502"), "key", at)
    assert tell(db, workspace, Update("e1", attempt.client_reference), at) == attempt.attempt_id
    after = stored(db, workspace, attempt)
    assert (after.state, after.engagement_id, after.execute_after) == (ACCEPTED, "e1", None)
    assert claimed(db, workspace, at + timedelta(hours=1)) is None


def test_an_update_that_is_faster_than_the_answer(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    attempt = reserved(db, workspace, now)
    at = now + timedelta(seconds=10)
    found = sure(claimed(db, workspace, at))
    tell(db, workspace, Update("e1", attempt.client_reference, outcome="talked", final=True), at)
    assert not settle(db, found, Sent("e1"), "none", at)
    assert stored(db, workspace, attempt).state == COMPLETED
    assert settle_expired(db, workspace, "key", at + LEASE * 2) == 0


@pytest.mark.parametrize(("went_out", "state"), [(True, COMPLETED), (False, FAILED_NOT_SENT)])
def test_somebody_finds_out(db: Database, workspace: WorkspaceId, now: datetime, went_out: bool, state: str) -> None:
    attempt = reserved(db, workspace, now)
    at = now + timedelta(seconds=10)
    viewer = whole_workspace(workspace)
    with pytest.raises(Conflict):
        decide_unknown(db, viewer, attempt.attempt_id, went_out=went_out, now=at)
    settle(db, sure(claimed(db, workspace, at)), Ambiguous("502"), "none", at)
    assert stored(db, workspace, attempt).state == UNKNOWN
    decide_unknown(db, viewer, attempt.attempt_id, went_out=went_out, now=at)
    assert stored(db, workspace, attempt).state == state
    with db.read() as conn:
        window = find_window(conn, workspace, attempt.person_id, attempt.guard_window)
    assert (window is not None) == went_out


def test_an_update_about_another_workspace(
    db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime
) -> None:
    attempt = reserved(db, workspace, now)
    told = Update(str(uuid4()), attempt.client_reference, final=True)
    assert tell(db, other_workspace, told, now) is None
    assert stored(db, workspace, attempt) == attempt


def test_waiting_grows_to_an_hour() -> None:
    assert [wait_after(calls).total_seconds() for calls in (1, 2, 3)] == [5, 10, 20]
    assert wait_after(1, 90) == timedelta(seconds=90)
    assert wait_after(99) == LONGEST_WAIT
