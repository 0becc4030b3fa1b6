"""Claim a reserved outreach: guards again, then the call is committed to before it is made.

take_due(db, workspace_id, lease, *, now, limit) -> tuple[UUID, ...]      under lease; no two workers get the same
claim(db, workspace_id, attempt_id, lease, now) -> Claimed | None         None: held, blocked, put off, or not ours
still_ours(db, claimed, now) -> bool                                      asked just before the first byte leaves
settle_expired(db, workspace_id, mode, now) -> int                        of workers that were killed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cockpit.automation import breaker
from cockpit.automation.guard_log import Chain, append, body_of, lock_chain
from cockpit.automation.judging import Judged, judge_attempt
from cockpit.automation.outreach import holds, window_length
from cockpit.automation.retries import after_ambiguous
from cockpit.errors import CockpitError
from cockpit.model.ids import WorkspaceId
from cockpit.storage.attempts import (
    BLOCKED,
    RESERVED,
    SENDING,
    UNKNOWN,
    Attempt,
    Expect,
    find_attempt,
    replace_attempt,
)
from cockpit.storage.database import Connection, Database
from cockpit.storage.guard_facts import PersonRow, find_conversation, get_person_locked
from cockpit.storage.guard_windows import delete_windows, replace_window_until
from cockpit.storage.outbox import Lease, list_expired, replace_leases

LOST_WORKER: Final = "The worker that called the Hub was lost before it could say what came of it."


class TakenBack(Exception):
    """While the guards were asked, somebody undid the attempt."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An attempt that is committed to: the Hub may be called once."""

    workspace_id: WorkspaceId
    attempt: Attempt  # as it is stored: SENDING, with its lease and number
    person: PersonRow
    again: bool  # an earlier call may have gone through


def take_due(db: Database, workspace_id: WorkspaceId, lease: Lease, *, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Take what has been due longest."""
    with db.write(workspace_id) as conn:
        return replace_leases(conn, workspace_id, lease, now=now, limit=limit)


def claim(db: Database, workspace_id: WorkspaceId, attempt_id: UUID, lease: Lease, now: datetime) -> Claimed | None:
    """Commit to the call of an attempt that was taken, if its guards still let it pass."""
    try:
        with db.write(workspace_id) as conn:
            chain = lock_chain(conn, workspace_id)
            attempt = find_attempt(conn, workspace_id, attempt_id)
            if attempt is None or not _is_due(attempt, lease, now):
                return None
            return _decide(conn, chain, attempt, lease, now)
    except TakenBack:
        return None


def still_ours(db: Database, claimed: Claimed, now: datetime) -> bool:
    """Whether the lease still holds, nobody else has the attempt, and the person still wants to be contacted."""
    mine, workspace_id = claimed.attempt, claimed.workspace_id
    try:
        with db.read(workspace_id) as conn:
            person = get_person_locked(conn, workspace_id, mine.person_id)
            refused = person.do_not_contact or find_conversation(conn, workspace_id, mine.person_id).opted_out_at
            stored = find_attempt(conn, workspace_id, mine.attempt_id)
    except CockpitError:  # whoever cannot ask does not send
        return False
    if stored is None or refused:
        return False
    same = (stored.state, stored.lease_owner, stored.attempt_no) == (SENDING, mine.lease_owner, mine.attempt_no)
    return same and stored.lease_until is not None and now < stored.lease_until


def settle_expired(db: Database, workspace_id: WorkspaceId, mode: str, now: datetime) -> int:
    """Say of calls whose worker is gone that nobody knows what came of them; answers how many."""
    with db.read(workspace_id) as conn:
        if not list_expired(conn, workspace_id, now):
            return 0
    with db.write(workspace_id) as conn:
        chain = lock_chain(conn, workspace_id)
        lost = list_expired(conn, workspace_id, now)
        bodies = []
        for attempt in lost:
            changes = after_ambiguous(attempt, mode, LOST_WORKER, now)
            mine = Expect((SENDING,), attempt.lease_owner, attempt.attempt_no)
            if replace_attempt(conn, workspace_id, attempt.attempt_id, mine, changes):
                bodies.append(body_of("lost", attempt, now=now, state=UNKNOWN, reason=LOST_WORKER))
        append(conn, chain, bodies)
        return len(bodies)


def _decide(conn: Connection, chain: Chain, attempt: Attempt, lease: Lease, now: datetime) -> Claimed | None:
    tried = breaker.ask(conn, chain.workspace_id, now)
    if not tried.allowed:
        _put_off(conn, chain, attempt, tried, now)
        return None
    judged = judge_attempt(conn, chain, attempt, now, stored=True)
    if not judged.allowed:
        breaker.give_back(conn, chain.workspace_id, tried)
        _refuse(conn, chain, attempt, judged, now)
        return None
    return _committed(conn, chain, replace(attempt, lease_until=lease.until), judged, now)


def _is_due(attempt: Attempt, lease: Lease, now: datetime) -> bool:
    ours = attempt.lease_owner == lease.owner and attempt.state in (RESERVED, UNKNOWN)
    return ours and attempt.execute_after is not None and attempt.execute_after <= now < lease.until


def _committed(conn: Connection, chain: Chain, attempt: Attempt, judged: Judged, now: datetime) -> Claimed:
    changes: Mapping[str, Any] = {
        "state": SENDING,
        "attempt_no": attempt.attempt_no + 1,
        "lease_until": attempt.lease_until,
        "execute_after": None,
        "held_until": None,
        "reason": None,
        "sent_at": now,
        "updated_at": now,
    }
    sending = replace(attempt, **changes)
    _change(conn, chain, attempt, changes)
    length = window_length(judged.policy, judged.rule, attempt.channel)
    replace_window_until(conn, chain.workspace_id, attempt.attempt_id, now + length)
    append(conn, chain, [body_of("claimed", sending, now=now, state=SENDING, verdicts=judged.verdicts)])
    return Claimed(chain.workspace_id, sending, judged.person, again=attempt.state == UNKNOWN)


def _refuse(conn: Connection, chain: Chain, attempt: Attempt, judged: Judged, now: datetime) -> None:
    """A guard has closed since: wait for it where time opens it, else this was it."""
    if holds(attempt.origin, judged.opens_at, judged.verdicts, since=attempt.created_at):
        changes: dict[str, Any] = {"execute_after": judged.opens_at, "held_until": judged.opens_at}
        event, state = "held", attempt.state
    elif attempt.state == UNKNOWN:  # it may have gone out: it must not be tried again, and is not simply blocked
        changes, event, state = {"execute_after": None}, "not tried again", UNKNOWN
    else:
        changes = {"state": BLOCKED, "execute_after": None, "held_until": None, "finished_at": now}
        event, state = "blocked", BLOCKED
        delete_windows(conn, chain.workspace_id, [attempt.attempt_id])
    free = {"lease_owner": None, "lease_until": None, "reason": judged.reason, "updated_at": now}
    _change(conn, chain, attempt, changes | free)
    append(conn, chain, [body_of(event, attempt, now=now, state=state, verdicts=judged.verdicts)])


def _put_off(conn: Connection, chain: Chain, attempt: Attempt, tried: breaker.Tried, now: datetime) -> None:
    """The Hub is away: wait without having tried."""
    changes = {"execute_after": tried.until, "reason": tried.reason, "lease_owner": None, "lease_until": None}
    _change(conn, chain, attempt, {**changes, "updated_at": now})


def _change(conn: Connection, chain: Chain, attempt: Attempt, changes: Mapping[str, Any]) -> None:
    """Change an attempt whose lease is ours; undo may have been faster, then nothing of this happens."""
    expect = Expect((attempt.state,), attempt.lease_owner, attempt.attempt_no)
    if not replace_attempt(conn, chain.workspace_id, attempt.attempt_id, expect, changes):
        raise TakenBack
