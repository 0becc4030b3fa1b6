"""Writes into the guard log what was noted by transactions that could not: refusals that cancelled what waited.

write_down(db, workspace_id) -> int      how many entries
"""

from __future__ import annotations

from typing import Final

from cockpit.automation.guard_log import append, body_of, lock_chain
from cockpit.model.ids import WorkspaceId
from cockpit.storage.attempts import find_attempt
from cockpit.storage.database import Database
from cockpit.storage.guard_notes import delete_guard_notes

AT_ONCE: Final = 500


def write_down(db: Database, workspace_id: WorkspaceId) -> int:
    """Move the notes of a workspace into its log, in one transaction: each is told exactly once."""
    with db.write(workspace_id) as conn:
        chain = lock_chain(conn, workspace_id)
        bodies = []
        for note in delete_guard_notes(conn, workspace_id, AT_ONCE):
            attempt = find_attempt(conn, workspace_id, note.attempt_id)
            if attempt is not None:  # else they were deleted with their person
                bodies.append(body_of(note.event, attempt, now=note.noted_at, state=note.state, reason=note.reason))
        append(conn, chain, bodies)
        return len(bodies)
