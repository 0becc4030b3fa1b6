"""The Hub of a workspace as it is stored: secrets sealed, what is rarely declared among the options.

find_hub(conn, workspace_id) -> StoredHub | None
upsert_hub(conn, workspace_id, hub, *, now)                 the breaker begins anew
replace_webhook_mode(conn, workspace_id, mode, *, now)
delete_hub(conn, workspace_id) -> bool
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.automation_tables import hub_connection


@dataclass(frozen=True, slots=True)
class StoredHub:
    """A row."""

    base_url: str  # empty: that of the server's settings
    key_sealed: str = field(repr=False)
    domain_name: str
    idempotency: str = "none"
    status_path: str | None = None
    pause_path: str | None = None
    cancel_path: str | None = None
    lookup_path: str | None = None
    webhook_mode: str = "static"  # static: the plain header is enough; signed: it is not
    webhook_secret_sealed: str | None = field(default=None, repr=False)
    options: Mapping[str, Any] | None = field(default=None, repr=False)


COLUMNS = tuple(hub_connection.c[name] for name in StoredHub.__dataclass_fields__)


def find_hub(conn: Connection, workspace_id: WorkspaceId) -> StoredHub | None:
    """The Hub of a workspace, or None."""
    row = conn.execute(select(*COLUMNS).where(hub_connection.c.workspace_id == workspace_id)).one_or_none()
    return None if row is None else StoredHub(**row._mapping)


def upsert_hub(conn: Connection, workspace_id: WorkspaceId, hub: StoredHub, *, now: datetime) -> None:
    """Store a Hub in place of the one before; whatever was noted about how that one answers is forgotten."""
    changes = {**asdict(hub), "failures": 0, "open_until": None, "updated_at": now}
    row = insert(hub_connection).values(workspace_id=workspace_id, created_at=now, **changes)
    conn.execute(row.on_conflict_do_update(index_elements=["workspace_id"], set_=changes))


def replace_webhook_mode(conn: Connection, workspace_id: WorkspaceId, mode: str, *, now: datetime) -> None:
    """Ask more, or less, of webhooks from now on."""
    mine = update(hub_connection).where(hub_connection.c.workspace_id == workspace_id)
    conn.execute(mine.values(webhook_mode=mode, updated_at=now))


def delete_hub(conn: Connection, workspace_id: WorkspaceId) -> bool:
    """Forget the Hub; answers whether there was one."""
    gone = delete(hub_connection).where(hub_connection.c.workspace_id == workspace_id)
    return bool(conn.execute(gone.returning(hub_connection.c.workspace_id)).all())
