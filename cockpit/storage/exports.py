"""The log of exports: who took what, when.

insert_export(conn, workspace_id, export)
list_exports(conn, workspace_id, *, limit=50, scope=None) -> tuple[Export, ...]     newest first
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.schema import export_log


@dataclass(frozen=True, slots=True)
class Export:
    """One export of a list."""

    export_id: UUID
    member_id: MemberId | None
    what: str
    format: str
    row_count: int
    sha256: str
    exported_at: datetime


COLUMNS = tuple(export_log.c[name] for name in Export.__dataclass_fields__)


def insert_export(conn: Connection, workspace_id: WorkspaceId, export: Export) -> None:
    """Add an export to the log."""
    conn.execute(insert(export_log).values(workspace_id=workspace_id, **asdict(export)))


def list_exports(
    conn: Connection, workspace_id: WorkspaceId, *, limit: int = 50, scope: Scope | None = None
) -> tuple[Export, ...]:
    """The exports of a workspace, newest first; behind the wall a member's own."""
    own = () if scope is None else (export_log.c.member_id == scope.member_id,)
    query = select(*COLUMNS).where(export_log.c.workspace_id == workspace_id, *own)
    rows = conn.execute(query.order_by(export_log.c.exported_at.desc(), export_log.c.export_id).limit(limit))
    return tuple(Export(**row._mapping) for row in rows)
