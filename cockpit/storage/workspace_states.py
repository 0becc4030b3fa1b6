"""How far the making of a workspace has come.

insert_pending_workspace(conn, *, subdomain, name, now, is_demo, settings, step, retry_at) -> WorkspaceId | None
get_locked_workspace(conn, workspace_id) -> Workspace       held until the transaction ends
list_unfinished(conn, now, *, limit) -> tuple[WorkspaceId, ...]         those whose next attempt is due
replace_step(conn, workspace_id, step)                      this step is done
replace_attempt(conn, workspace_id, *, attempts, retry_at)  an attempt begins; when it dies, the next one is due then
replace_setback(conn, workspace_id, *, error, retry_at)     it did not work; None: and is not tried again by itself
replace_ready(conn, workspace_id, step)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId, workspace_id_of
from cockpit.storage.engines import engine_of
from cockpit.storage.schema import workspace
from cockpit.storage.workspaces import Workspace, get_workspace_by_id

PENDING, READY, FAILED = "pending", "ready", "failed"


def insert_pending_workspace(
    conn: Connection,
    *,
    subdomain: str,
    name: str,
    now: datetime,
    is_demo: bool,
    settings: Mapping[str, Any],
    step: str,
    retry_at: datetime,
) -> WorkspaceId | None:
    """Begin a workspace; None when the subdomain is taken, also by somebody who began it a moment ago."""
    # all workspaces: this one is not there yet
    row = {
        "workspace_id": workspace_id_of(subdomain),
        "subdomain": subdomain,
        "name": name,
        "time_zone": "UTC",
        "is_demo": is_demo,
        "data_version": 1,
        "settings": dict(settings),
        "created_at": now,
        "status": PENDING,
        "provisioning_step": step,
        "provisioning_attempts": 1,
        "provisioning_retry_at": retry_at,
    }
    statement = insert(workspace).values(row).on_conflict_do_nothing().returning(workspace.c.workspace_id)
    made = conn.execute(statement).scalar_one_or_none()
    return None if made is None else WorkspaceId(made)


def get_locked_workspace(conn: Connection, workspace_id: WorkspaceId) -> Workspace:
    """The workspace as it is now, which nobody else changes until this transaction ends."""
    query = select(workspace.c.workspace_id).where(workspace.c.workspace_id == workspace_id)
    conn.execute(engine_of(conn).locked(query)).all()
    return get_workspace_by_id(conn, workspace_id)


def list_unfinished(conn: Connection, now: datetime, *, limit: int) -> tuple[WorkspaceId, ...]:
    """The pending workspaces whose next attempt is due, longest waiting first."""
    # all workspaces: the worker finishes whichever was left
    due = or_(workspace.c.provisioning_retry_at.is_(None), workspace.c.provisioning_retry_at <= now)
    query = select(workspace.c.workspace_id).where(workspace.c.status == PENDING, due)
    query = query.order_by(workspace.c.provisioning_retry_at, workspace.c.workspace_id).limit(limit)
    return tuple(WorkspaceId(one) for one in conn.execute(query).scalars())


def replace_step(conn: Connection, workspace_id: WorkspaceId, step: str) -> None:
    """Remember that a step is done."""
    _change(conn, workspace_id, provisioning_step=step)


def replace_attempt(conn: Connection, workspace_id: WorkspaceId, *, attempts: int, retry_at: datetime) -> None:
    """Remember that an attempt begins, and when the next one is due should this one die."""
    _change(conn, workspace_id, status=PENDING, provisioning_attempts=attempts, provisioning_retry_at=retry_at)


def replace_setback(conn: Connection, workspace_id: WorkspaceId, *, error: str, retry_at: datetime | None) -> None:
    """Remember what went wrong; without a next attempt the workspace has failed."""
    status = FAILED if retry_at is None else PENDING
    _change(conn, workspace_id, status=status, provisioning_error=error, provisioning_retry_at=retry_at)


def replace_ready(conn: Connection, workspace_id: WorkspaceId, step: str) -> None:
    """Open a workspace."""
    done = {"provisioning_step": step, "provisioning_error": None, "provisioning_retry_at": None}
    _change(conn, workspace_id, status=READY, **done)


def _change(conn: Connection, workspace_id: WorkspaceId, **changes: Any) -> None:
    conn.execute(update(workspace).where(workspace.c.workspace_id == workspace_id).values(**changes))
