"""Guard windows: for a person and a name, who has the one outreach of the moment; the last line behind the guards.

upsert_window(conn, workspace_id, window) -> bool       False: another attempt has it
replace_window_until(conn, workspace_id, attempt_id, until)
delete_windows(conn, workspace_id, attempt_ids)         nothing went out: the next one may
find_window(conn, workspace_id, person_id, name) -> Window | None
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.automation_tables import guard_window


@dataclass(frozen=True, slots=True)
class Window:
    """Until when no other outreach of this name may reach this person."""

    person_id: UUID
    name: str
    attempt_id: UUID
    claimed_at: datetime
    until: datetime


def upsert_window(conn: Connection, workspace_id: WorkspaceId, window: Window) -> bool:
    """Take a window that nobody has, or that has ended: one statement, so that of two only one gets it."""
    new = insert(guard_window).values(workspace_id=workspace_id, **asdict(window))
    taken = new.on_conflict_do_update(
        index_elements=["workspace_id", "person_id", "name"],
        set_={key: new.excluded[key] for key in ("attempt_id", "claimed_at", "until")},
        where=guard_window.c.until <= window.claimed_at,
    )
    return conn.execute(taken.returning(guard_window.c.attempt_id)).first() is not None


def replace_window_until(conn: Connection, workspace_id: WorkspaceId, attempt_id: UUID, until: datetime) -> None:
    """Let the window of an attempt last longer: it is only now that it leaves."""
    mine = update(guard_window).where(
        guard_window.c.workspace_id == workspace_id, guard_window.c.attempt_id == attempt_id
    )
    conn.execute(mine.values(until=until))


def delete_windows(conn: Connection, workspace_id: WorkspaceId, attempt_ids: Collection[UUID]) -> None:
    """Give the windows of attempts back."""
    if attempt_ids:
        mine = (guard_window.c.workspace_id == workspace_id, guard_window.c.attempt_id.in_(attempt_ids))
        conn.execute(delete(guard_window).where(*mine))


def find_window(conn: Connection, workspace_id: WorkspaceId, person_id: UUID, name: str) -> Window | None:
    """Who has this window."""
    columns = [guard_window.c[key] for key in Window.__dataclass_fields__]
    query = select(*columns).where(guard_window.c.workspace_id == workspace_id, guard_window.c.person_id == person_id)
    row = conn.execute(query.where(guard_window.c.name == name)).one_or_none()
    return None if row is None else Window(*row)
