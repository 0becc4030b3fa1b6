"""Calls to the Hub that wait: at most one of each action per workspace.

upsert_callback(conn, workspace_id, action, *, due_at, now)        one that waits already keeps its turn
list_due_callbacks(conn, now, *, limit) -> tuple[Waiting, ...]     of workspaces that are ready
replace_callback_taken(conn, waiting, *, due_at) -> Waiting | None  None: somebody else was faster
replace_callback_done(conn, waiting, *, now, error)                given up when there is an error
replace_callback_failed(conn, waiting, *, due_at, error)
find_callback(conn, workspace_id, action) -> Callback | None
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Update, and_, case, null, select, update
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.access_tables import hub_callback
from cockpit.storage.schema import workspace
from cockpit.storage.workspace_states import READY


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call to make, and which asking for it this is."""

    workspace_id: WorkspaceId
    action: str
    attempts: int
    created_at: datetime
    subdomain: str


@dataclass(frozen=True, slots=True)
class Callback:
    """What became of a call."""

    action: str
    due_at: datetime
    attempts: int
    done_at: datetime | None
    error: str | None


def upsert_callback(
    conn: Connection, workspace_id: WorkspaceId, action: str, *, due_at: datetime, now: datetime
) -> None:
    """Ask for a call; one that was begun or made is asked for anew, as what it told is no longer all."""
    row = {"workspace_id": workspace_id, "action": action, "due_at": due_at, "attempts": 0, "created_at": now}
    statement = insert(hub_callback).values(row)
    untouched = and_(hub_callback.c.done_at.is_(None), hub_callback.c.attempts == 0)
    changes: dict[str, Any] = {
        "due_at": case((untouched, hub_callback.c.due_at), else_=statement.excluded.due_at),
        "attempts": 0,
        "done_at": null(),
        "error": null(),
        "created_at": statement.excluded.created_at,
    }
    conn.execute(statement.on_conflict_do_update(index_elements=["workspace_id", "action"], set_=changes))


def list_due_callbacks(conn: Connection, now: datetime, *, limit: int) -> tuple[Waiting, ...]:
    """The calls whose turn has come; the Hub is told of no workspace that is not ready."""
    # all workspaces: one worker makes the calls of all of them
    columns = (hub_callback.c[name] for name in ("workspace_id", "action", "attempts", "created_at"))
    query = select(*columns, workspace.c.subdomain).join(
        workspace, workspace.c.workspace_id == hub_callback.c.workspace_id
    )
    query = query.where(workspace.c.status == READY, hub_callback.c.done_at.is_(None), hub_callback.c.due_at <= now)
    rows = conn.execute(query.order_by(hub_callback.c.due_at, hub_callback.c.workspace_id).limit(limit))
    return tuple(Waiting(**row._mapping) for row in rows)


def replace_callback_taken(conn: Connection, waiting: Waiting, *, due_at: datetime) -> Waiting | None:
    """Begin a call, once; should it die, the next attempt is due then."""
    taken = _same(waiting).values(attempts=waiting.attempts + 1, due_at=due_at)
    found = conn.execute(taken.returning(hub_callback.c.attempts)).all()
    return replace(waiting, attempts=waiting.attempts + 1) if found else None


def replace_callback_done(conn: Connection, waiting: Waiting, *, now: datetime, error: str | None) -> None:
    """End a call, unless it was asked for anew while it was made."""
    conn.execute(_same(waiting).values(done_at=now, error=error))


def replace_callback_failed(conn: Connection, waiting: Waiting, *, due_at: datetime, error: str) -> None:
    """Make the call again later, unless it was asked for anew while it was made."""
    conn.execute(_same(waiting).values(due_at=due_at, error=error))


def find_callback(conn: Connection, workspace_id: WorkspaceId, action: str) -> Callback | None:
    """What became of the newest call of this kind."""
    columns = (hub_callback.c[name] for name in Callback.__dataclass_fields__)
    query = select(*columns).where(hub_callback.c.workspace_id == workspace_id, hub_callback.c.action == action)
    row = conn.execute(query).one_or_none()
    return None if row is None else Callback(**row._mapping)


def _same(waiting: Waiting) -> Update:
    """The row, as long as nobody has touched it since it was read."""
    table = hub_callback.c
    return update(hub_callback).where(
        table.workspace_id == waiting.workspace_id,
        table.action == waiting.action,
        table.attempts == waiting.attempts,
        table.created_at == waiting.created_at,
        table.done_at.is_(None),
    )
