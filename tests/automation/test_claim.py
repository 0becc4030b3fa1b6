"""Claiming: once, by whoever holds the lease, with the guards asked again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cockpit.automation.claim import Claimed, claim, settle_expired, still_ours, take_due
from cockpit.automation.outcome import settle
from cockpit.automation.reserve import reserve
from cockpit.automation.retries import MOST_CALLS, wait_after
from cockpit.automation.undo import undo
from cockpit.errors import Conflict
from cockpit.hub.outcomes import Ambiguous, NotSent, Outcome, Sent
from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import whole_workspace
from cockpit.storage.attempts import (
    ACCEPTED,
    BLOCKED,
    CANCELLED,
    FAILED_NOT_SENT,
    RESERVED,
    SENDING,
    UNKNOWN,
    Attempt,
    get_attempt,
)
from cockpit.storage.breakers import find_breaker
from cockpit.storage.database import Database
from cockpit.storage.guard_windows import find_window
from cockpit.storage.outbox import Lease, list_due_workspaces
from tests.automation.ground import click, prepare, refuse

LEASE = timedelta(seconds=60)


def reserved(db: Database, workspace: WorkspaceId, now: datetime) -> Attempt:
    [ana] = prepare(db, workspace, now)
    return reserve(db, workspace, click(ana), now).attempt


def stored(db: Database, workspace: WorkspaceId, attempt: Attempt) -> Attempt:
    with db.read() as conn:
        return get_attempt(conn, workspace, attempt.attempt_id)


def claimed(db: Database, workspace: WorkspaceId, at: datetime, owner: str = "me") -> Claimed | None:
    """What a worker that comes at this instant gets."""
    lease = Lease(owner, at + LEASE)
    taken = take_due(db, workspace, lease, now=at, limit=5)
    found = [claim(db, workspace, one, lease, at) for one in taken]
    return found[0] if found else None


def sure(found: Claimed | None) -> Claimed:
    assert found is not None
    return found


def test_nothing_leaves_before_the_undo_window_has_ended(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    reserved(db, workspace, now)
    assert claimed(db, workspace, now + timedelta(seconds=9.9)) is None
    with db.read() as conn:
        assert list_due_workspaces(conn, now) == ()
        assert list_due_workspaces(conn, now + timedelta(seconds=10)) == (workspace,)
    found = sure(claimed(db, workspace, now + timedelta(seconds=10)))
    assert (found.attempt.state, found.attempt.attempt_no, found.again) == (SENDING, 1, False)
    assert found.person.phone == "+33600000000"


def test_what_one_worker_has_no_other_gets(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    reserved(db, workspace, now)
    at = now + timedelta(seconds=10)
    lease = Lease("first", at + LEASE)
    [taken] = take_due(db, workspace, lease, now=at, limit=5)
    assert take_due(db, workspace, Lease("second", at + LEASE), now=at, limit=5) == ()
    assert claim(db, workspace, taken, Lease("second", at + LEASE), at) is None
    assert claim(db, workspace, taken, lease, at) is not None
    assert claim(db, workspace, taken, lease, at) is None


def test_a_worker_that_was_lost_before_the_claim(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    reserved(db, workspace, now)
    at = now + timedelta(seconds=10)
    lease = Lease("lost", at + LEASE)
    [taken] = take_due(db, workspace, lease, now=at, limit=5)
    assert sure(claimed(db, workspace, at + LEASE, "next")).attempt.attempt_no == 1
    assert claim(db, workspace, taken, lease, at + LEASE) is None


@pytest.mark.parametrize(("mode", "again"), [("none", False), ("key", True), ("lookup", True)])
def test_a_worker_that_was_lost_after_the_claim(
    db: Database, workspace: WorkspaceId, now: datetime, mode: str, again: bool
) -> None:
    attempt = reserved(db, workspace, now)
    at = now + timedelta(seconds=10)
    first = sure(claimed(db, workspace, at))
    assert settle_expired(db, workspace, mode, at + LEASE - timedelta(seconds=1)) == 0
    assert still_ours(db, first, at)
    assert not still_ours(db, first, at + LEASE)
    assert settle_expired(db, workspace, mode, at + LEASE) == 1
    assert stored(db, workspace, attempt).state == UNKNOWN
    second = claimed(db, workspace, at + LEASE * 2, "next")
    assert (second is not None) == again
    if second:
        assert second.again
        assert second.attempt.idempotency_key == attempt.idempotency_key
        assert not settle(db, first, Sent("late"), mode, at + LEASE * 2)
        assert settle(db, second, Sent("e1"), mode, at + LEASE * 2)
        assert stored(db, workspace, attempt).engagement_id == "e1"


def test_a_late_answer_settles_what_nobody_took_over(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    attempt = reserved(db, workspace, now)
    first = sure(claimed(db, workspace, now + timedelta(seconds=10)))
    settle_expired(db, workspace, "none", now + LEASE * 2)
    assert settle(db, first, Sent("e1"), "none", now + LEASE * 2)
    assert stored(db, workspace, attempt).state == ACCEPTED


@pytest.mark.parametrize(
    ("outcome", "mode", "state", "tried_again", "window"),
    [
        (Sent("e1"), "none", ACCEPTED, False, True),
        (Ambiguous("502"), "none", UNKNOWN, False, True),
        (Ambiguous("502"), "key", UNKNOWN, True, True),
        (NotSent("refused", again=True), "none", RESERVED, True, True),
        (NotSent("HTTP 422"), "none", FAILED_NOT_SENT, False, False),
    ],
)
def test_outcomes(
    db: Database,
    workspace: WorkspaceId,
    now: datetime,
    *,
    outcome: Outcome,
    mode: str,
    state: str,
    tried_again: bool,
    window: bool,
) -> None:
    attempt = reserved(db, workspace, now)
    at = now + timedelta(seconds=10)
    assert settle(db, sure(claimed(db, workspace, at)), outcome, mode, at)
    after = stored(db, workspace, attempt)
    assert after.state == state
    assert (after.execute_after is not None) == tried_again
    with db.read() as conn:
        assert (find_window(conn, workspace, attempt.person_id, attempt.guard_window) is not None) == window
    assert (claimed(db, workspace, at + timedelta(minutes=5), "next") is not None) == tried_again


def test_a_refusal_after_a_lost_call_is_still_unknown(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    attempt = reserved(db, workspace, now)
    at = now + timedelta(seconds=10)
    settle(db, sure(claimed(db, workspace, at)), Ambiguous("reset"), "key", at)
    again = sure(claimed(db, workspace, at + timedelta(minutes=1)))
    assert settle(db, again, NotSent("HTTP 422"), "key", at + timedelta(minutes=1))
    after = stored(db, workspace, attempt)
    assert (after.state, after.execute_after) == (UNKNOWN, None)


def test_an_outreach_that_cannot_be_made_is_given_up(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    attempt = reserved(db, workspace, now)
    at = now + timedelta(hours=5)  # in France nobody is called between one and two
    for calls in range(1, MOST_CALLS + 1):
        at += wait_after(calls)
        found = claimed(db, workspace, at)
        if found is None:  # evening
            at = stored(db, workspace, attempt).execute_after or at
            found = claimed(db, workspace, at)
        settle(db, sure(found), NotSent("429", again=True), "none", at)
    after = stored(db, workspace, attempt)
    assert (after.state, after.attempt_no, after.execute_after) == (FAILED_NOT_SENT, MOST_CALLS, None)
    assert after.error == "429"


def test_a_hub_that_is_away_is_not_called_again_and_again(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    people = prepare(db, workspace, now, people=8)
    for person in people:
        reserve(db, workspace, click(person), now)
    at = now + timedelta(seconds=10)
    calls = 0
    while found := claimed_one(db, workspace, at):
        settle(db, found, NotSent("No connection.", found=False, again=True), "none", at)
        calls += 1
    assert calls == 5
    with db.read() as conn:
        breaker = find_breaker(conn, workspace)
    assert breaker is not None
    assert breaker.open_until is not None
    probe = claimed_one(db, workspace, breaker.open_until)
    assert probe is not None
    assert claimed_one(db, workspace, breaker.open_until) is None
    settle(db, probe, Sent("e1"), "none", breaker.open_until)
    assert claimed_one(db, workspace, breaker.open_until + timedelta(minutes=1)) is not None


def claimed_one(db: Database, workspace: WorkspaceId, at: datetime) -> Claimed | None:
    """The next one, or None when there is none or the breaker is open."""
    while taken := take_due(db, workspace, Lease("me", at + LEASE), now=at, limit=1):
        found = claim(db, workspace, taken[0], Lease("me", at + LEASE), at)
        if found:
            return found
    return None


def test_a_refusal_of_contact_stops_what_is_reserved(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    attempt = reserved(db, workspace, now)
    with db.write() as conn:
        refuse(conn, workspace, attempt.person_id)
    assert claimed(db, workspace, now + timedelta(seconds=10)) is None
    assert stored(db, workspace, attempt).state == BLOCKED


def test_a_refusal_of_contact_stops_what_is_claimed(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    attempt = reserved(db, workspace, now)
    found = sure(claimed(db, workspace, now + timedelta(seconds=10)))
    with db.write() as conn:
        refuse(conn, workspace, attempt.person_id)
    assert not still_ours(db, found, now + timedelta(seconds=10))


def test_undo(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    attempt = reserved(db, workspace, now)
    viewer = whole_workspace(workspace)
    undo(db, viewer, attempt.attempt_id, now + timedelta(seconds=9))
    assert stored(db, workspace, attempt).state == CANCELLED
    assert claimed(db, workspace, now + timedelta(minutes=1)) is None
    with pytest.raises(Conflict):
        undo(db, viewer, attempt.attempt_id, now + timedelta(seconds=9))
    assert reserve(db, workspace, click(attempt.person_id), now + timedelta(seconds=20)).runs


def test_it_is_too_late_to_undo_what_has_left(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    attempt = reserved(db, workspace, now)
    claimed(db, workspace, now + timedelta(seconds=10))
    with pytest.raises(Conflict, match="too late"):
        undo(db, whole_workspace(workspace), attempt.attempt_id, now + timedelta(seconds=10))
