"""Undo: take one outreach back before it leaves.

undo(db, viewer, attempt_id, now, also=None) -> Attempt
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cockpit.automation.guard_log import append, body_of, lock_chain
from cockpit.automation.reserve import Also
from cockpit.errors import Conflict
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.attempts import CANCELLED, RESERVED, Attempt, Expect, get_attempt, replace_attempt
from cockpit.storage.database import Database
from cockpit.storage.guard_facts import get_person_locked
from cockpit.storage.guard_windows import delete_windows

UNDONE = "Somebody took it back."


def undo(db: Database, viewer: Viewer, attempt_id: UUID, now: datetime, also: Also | None = None) -> Attempt:
    """Cancel an outreach that has not left; `also` runs in the same transaction.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such attempt on their side of the wall.
        Conflict: it has left, or nothing is left to undo.
    """
    viewer.check(Permission.DECIDE)
    workspace_id = viewer.workspace_id
    with db.write(workspace_id) as conn:
        chain = lock_chain(conn, workspace_id)
        attempt = get_attempt(conn, workspace_id, attempt_id, scope=viewer.scope)
        # Whoever stores a refusal holds the person first and then the attempt: the other order would be a deadlock.
        get_person_locked(conn, workspace_id, attempt.person_id)
        if not replace_attempt(conn, workspace_id, attempt_id, Expect((RESERVED,)), cancelled(UNDONE, now)):
            raise Conflict("It is too late to undo this: it has left, or was ended before.")
        delete_windows(conn, workspace_id, [attempt_id])
        by = viewer.member_id and str(viewer.member_id)
        append(conn, chain, [body_of("undone", attempt, now=now, state=CANCELLED, by=by)])
        if also:
            also(conn, attempt)
        return attempt


def cancelled(why: str, now: datetime) -> dict[str, object]:
    """What a cancelled attempt looks like."""
    return {
        "state": CANCELLED,
        "reason": why,
        "execute_after": None,
        "held_until": None,
        "lease_owner": None,
        "lease_until": None,
        "finished_at": now,
        "updated_at": now,
    }
