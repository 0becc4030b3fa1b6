"""What became of an outreach: after the call, and from what the Hub tells later.

settle(db, claimed, outcome, mode, now) -> bool                   False: it is not ours to settle any more
record_update(conn, workspace_id, update, now) -> UUID | None     the attempt an update of the Hub speaks of
decide_unknown(db, viewer, attempt_id, *, went_out, now)          a person found out
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cockpit.automation import breaker
from cockpit.automation.claim import Claimed
from cockpit.automation.guard_log import append, body_of, lock_chain
from cockpit.automation.retries import FREE, NONE, after_ambiguous, after_not_sent
from cockpit.errors import Conflict
from cockpit.hub.outcomes import Ambiguous, NotSent, Outcome, Sent
from cockpit.model.ids import WorkspaceId
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.attempts import (
    ACCEPTED,
    COMPLETED,
    FAILED_NOT_SENT,
    RESERVED,
    SENDING,
    UNKNOWN,
    Expect,
    find_attempt_of,
    get_attempt,
    replace_attempt,
)
from cockpit.storage.database import Connection, Database
from cockpit.storage.guard_windows import delete_windows

SETTLES = (SENDING, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Update:
    """What the Hub tells of an engagement; our own names of its words are given by the caller."""

    engagement_id: str
    client_reference: str | None = None
    outcome: str | None = None
    final: bool = False  # the engagement is over


def settle(db: Database, claimed: Claimed, outcome: Outcome, mode: str, now: datetime) -> bool:
    """Account for a call; a worker whose attempt was taken over by another changes nothing."""
    attempt, workspace_id = claimed.attempt, claimed.workspace_id
    changes = changes_after(claimed, outcome, mode, now)
    mine = Expect(SETTLES, attempt.lease_owner, attempt.attempt_no)
    with db.write(workspace_id) as conn:
        chain = lock_chain(conn, workspace_id)
        if not isinstance(outcome, NotSent) or outcome.wait_seconds is None:
            breaker.note(conn, workspace_id, now, found=isinstance(outcome, Sent) or outcome.found)
        if not replace_attempt(conn, workspace_id, attempt.attempt_id, mine, changes):
            return False
        if changes["state"] == FAILED_NOT_SENT:
            delete_windows(conn, workspace_id, [attempt.attempt_id])
        told = body_of("called", attempt, now=now, state=changes["state"])
        append(conn, chain, [told | {name: changes.get(name) for name in ("engagement_id", "error")}])
        return True


def changes_after(claimed: Claimed, outcome: Outcome, mode: str, now: datetime) -> Mapping[str, Any]:
    """What the attempt becomes."""
    attempt = claimed.attempt
    if isinstance(outcome, Sent):
        went = {"state": ACCEPTED, "engagement_id": outcome.engagement_id, "execute_after": None}
        return {**FREE, **went, "error": None, "reason": None, "updated_at": now}
    if isinstance(outcome, Ambiguous):
        return after_ambiguous(attempt, mode, outcome.reason, now)
    if claimed.again:  # this call was not made, but an earlier one may have been
        return after_ambiguous(attempt, mode if outcome.again else NONE, outcome.reason, now)
    return after_not_sent(attempt, outcome.reason, now, again=outcome.again, asked=outcome.wait_seconds)


def record_update(conn: Connection, workspace_id: WorkspaceId, update: Update, now: datetime) -> UUID | None:
    """Let an update of the Hub settle the attempt it speaks of; what is over stays over."""
    chain = lock_chain(conn, workspace_id)
    attempt = find_attempt_of(
        conn, workspace_id, client_reference=update.client_reference, engagement_id=update.engagement_id
    )
    if attempt is None:
        return None
    state = COMPLETED if update.final else ACCEPTED
    changes: dict[str, Any] = {
        **FREE,
        "state": state,
        "engagement_id": update.engagement_id,
        "outcome": update.outcome or attempt.outcome,
        "execute_after": None,
        "error": None,
        "reason": None,
        "sent_at": attempt.sent_at or now,
        "finished_at": now if update.final else None,
        "updated_at": now,
    }
    news = update.final or update.outcome is not None
    open_to_it = (RESERVED, SENDING, UNKNOWN, FAILED_NOT_SENT, *((ACCEPTED,) if news else ()))
    if replace_attempt(conn, workspace_id, attempt.attempt_id, Expect(open_to_it), changes):
        told = body_of("told by the Hub", attempt, now=now, state=state)
        append(conn, chain, [told | {"engagement_id": update.engagement_id, "outcome": update.outcome}])
    return attempt.attempt_id


def decide_unknown(db: Database, viewer: Viewer, attempt_id: UUID, *, went_out: bool, now: datetime) -> None:
    """Settle what nobody knew: somebody looked it up in the Hub.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such attempt on their side of the wall.
        Conflict: it is known what became of it.
    """
    viewer.check(Permission.DECIDE)
    with db.write(viewer.workspace_id) as conn:
        chain = lock_chain(conn, viewer.workspace_id)
        attempt = get_attempt(conn, viewer.workspace_id, attempt_id, scope=viewer.scope)
        state = COMPLETED if went_out else FAILED_NOT_SENT
        changes = {**FREE, "state": state, "execute_after": None, "finished_at": now, "updated_at": now}
        if not replace_attempt(conn, viewer.workspace_id, attempt_id, Expect((UNKNOWN,)), changes):
            raise Conflict("It is known what became of this.")
        if not went_out:
            delete_windows(conn, viewer.workspace_id, [attempt_id])
        by = viewer.member_id and str(viewer.member_id)
        append(conn, chain, [body_of("decided", attempt, now=now, state=state, by=by)])
