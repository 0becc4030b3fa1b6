"""What the guard log is still to say: changes of attempts by transactions that do not hold its chain.

delete_guard_notes(conn, workspace_id, limit) -> tuple[GuardNote, ...]      oldest first; taken away to be written down
list_workspaces_with_guard_notes(conn) -> tuple[WorkspaceId, ...]

Whoever stores a refusal holds the person; who holds the chain locks persons after it. Taking the chain there would be
a deadlock, so a note is stored in the transaction of the change, and a worker writes it into the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.automation_tables import guard_note


@dataclass(frozen=True, slots=True)
class GuardNote:
    """What happened to an attempt."""

    attempt_id: UUID
    event: str
    state: str
    reason: str | None
    noted_at: datetime


def delete_guard_notes(conn: Connection, workspace_id: WorkspaceId, limit: int) -> tuple[GuardNote, ...]:
    """Take the oldest notes away; whoever asks holds the chain, so nobody else takes the same."""
    columns = [guard_note.c[name] for name in GuardNote.__dataclass_fields__]
    query = select(*columns).where(guard_note.c.workspace_id == workspace_id)
    ordered = query.order_by(guard_note.c.noted_at, guard_note.c.attempt_id).limit(limit)
    notes = tuple(GuardNote(*row) for row in conn.execute(ordered))
    if notes:
        told = guard_note.c.attempt_id.in_([note.attempt_id for note in notes])
        conn.execute(delete(guard_note).where(guard_note.c.workspace_id == workspace_id, told))
    return notes


def list_workspaces_with_guard_notes(conn: Connection) -> tuple[WorkspaceId, ...]:
    """Where something is still to be written down."""
    # all workspaces: the worker serves all of them, and in most nothing waits
    query = select(guard_note.c.workspace_id).distinct().order_by(guard_note.c.workspace_id)
    return tuple(conn.execute(query).scalars())
