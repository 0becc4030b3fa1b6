"""The breaker of a workspace's Hub: how many calls in a row found no Hub, and until when none is tried.

find_breaker(conn, workspace_id) -> Breaker | None      None: no Hub is connected
replace_breaker(conn, workspace_id, breaker)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from cockpit.model.ids import WorkspaceId
from cockpit.storage.automation_tables import hub_connection


@dataclass(frozen=True, slots=True)
class Breaker:
    """How the Hub has been lately."""

    failures: int = 0
    open_until: datetime | None = None


def find_breaker(conn: Connection, workspace_id: WorkspaceId) -> Breaker | None:
    """The breaker, or None where no Hub is connected."""
    query = select(hub_connection.c.failures, hub_connection.c.open_until)
    row = conn.execute(query.where(hub_connection.c.workspace_id == workspace_id)).one_or_none()
    return None if row is None else Breaker(*row)


def replace_breaker(conn: Connection, workspace_id: WorkspaceId, breaker: Breaker) -> None:
    """Store how the Hub has been."""
    mine = update(hub_connection).where(hub_connection.c.workspace_id == workspace_id)
    conn.execute(mine.values(**asdict(breaker)))
