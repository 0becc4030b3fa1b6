"""Workspaces.

insert_workspace(conn, *, subdomain, name, time_zone, now, is_demo=False, settings=None) -> WorkspaceId
get_workspace(conn, subdomain) -> Workspace            raises NotFound
find_workspace(conn, subdomain) -> Workspace | None
get_workspace_by_id(conn, workspace_id) -> Workspace   raises NotFound
find_workspace_with(conn, setting, value) -> Workspace | None           whose settings say so
list_workspaces(conn, *, limit=None) -> tuple[Workspace, ...]          by name, the demo last
list_workspace_page(conn, *, status, after, limit) -> tuple[Workspace, ...]    by subdomain
list_workspaces_named(conn, name, *, limit) -> tuple[Workspace, ...]
replace_data_version(conn, workspace_id, *, received_at=None) -> int    one higher; the new version
delete_workspace(conn, workspace_id)                   with everything in it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from cockpit.errors import Conflict, InvalidInput, NotFound
from cockpit.model.ids import WorkspaceId, workspace_id_of
from cockpit.storage.automation_tables import guard_log
from cockpit.storage.schema import metadata, workspace


@dataclass(frozen=True, slots=True)
class Workspace:
    """One company's place."""

    workspace_id: WorkspaceId
    subdomain: str
    name: str
    time_zone: str
    is_demo: bool
    data_version: int
    last_received_at: datetime | None
    settings: Mapping[str, Any]
    created_at: datetime
    status: str = "ready"  # pending | ready | failed
    provisioning_step: str | None = None  # the last one that is done
    provisioning_attempts: int = 0
    provisioning_error: str | None = None
    provisioning_retry_at: datetime | None = None


def insert_workspace(
    conn: Connection,
    *,
    subdomain: str,
    name: str,
    time_zone: str,
    now: datetime,
    is_demo: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> WorkspaceId:
    """Create a workspace; its id follows from the subdomain."""
    # all workspaces: this one is not there yet
    workspace_id = workspace_id_of(subdomain)
    if not subdomain.strip():
        raise InvalidInput("A workspace needs a subdomain.")
    if find_workspace(conn, subdomain) is not None:
        raise Conflict(f"There is already a workspace called {subdomain}.")
    conn.execute(
        insert(workspace).values(
            workspace_id=workspace_id,
            subdomain=subdomain,
            name=name,
            time_zone=time_zone,
            is_demo=is_demo,
            data_version=1,
            settings=dict(settings or {}),
            created_at=now,
        )
    )
    return workspace_id


def get_workspace(conn: Connection, subdomain: str) -> Workspace:
    """The workspace with this subdomain.

    Raises:
        NotFound: There is none.
    """
    found = find_workspace(conn, subdomain)
    if found is None:
        raise NotFound(f"There is no workspace called {subdomain}.")
    return found


def find_workspace(conn: Connection, subdomain: str) -> Workspace | None:
    """The workspace with this subdomain, or None."""
    # all workspaces: this is how a workspace is found
    return _first(conn, select(workspace).where(workspace.c.subdomain == subdomain))


def get_workspace_by_id(conn: Connection, workspace_id: WorkspaceId) -> Workspace:
    """The workspace with this id.

    Raises:
        NotFound: There is none.
    """
    found = _first(conn, select(workspace).where(workspace.c.workspace_id == workspace_id))
    if found is None:
        raise NotFound("There is no such workspace.")
    return found


def list_workspaces(conn: Connection, *, limit: int | None = None) -> tuple[Workspace, ...]:
    """All workspaces by name, those with invented people last; or the first of them."""
    # all workspaces: the list of them is what is asked for
    by_name = (workspace.c.is_demo, workspace.c.name, workspace.c.subdomain)
    rows = conn.execute(select(workspace).order_by(*by_name).limit(limit))
    return tuple(Workspace(**row._mapping) for row in rows)


def find_workspace_with(conn: Connection, setting: str, value: str) -> Workspace | None:
    """The workspace whose settings say this; no two say so."""
    # all workspaces: this is how a workspace is found
    said = workspace.c.settings[setting].as_string() == value
    return _first(conn, select(workspace).where(said).limit(1))


def list_workspace_page(
    conn: Connection, *, status: str | None, after: str | None, limit: int
) -> tuple[Workspace, ...]:
    """The workspaces in a state whose subdomain comes after another one."""
    # all workspaces: the list of them is what is asked for
    query = select(workspace).order_by(workspace.c.subdomain).limit(limit)
    if status is not None:
        query = query.where(workspace.c.status == status)
    if after is not None:
        query = query.where(workspace.c.subdomain > after)
    return tuple(Workspace(**row._mapping) for row in conn.execute(query))


def list_workspaces_named(conn: Connection, name: str, *, limit: int) -> tuple[Workspace, ...]:
    """The workspaces that people call this."""
    # all workspaces: this is how a workspace is found
    query = select(workspace).where(workspace.c.name == name).order_by(workspace.c.subdomain).limit(limit)
    return tuple(Workspace(**row._mapping) for row in conn.execute(query))


def replace_data_version(conn: Connection, workspace_id: WorkspaceId, *, received_at: datetime | None = None) -> int:
    """Say that the panels of a workspace changed; the last statement of a write, as writers queue behind it."""
    given: dict[str, Any] = {"raised": workspace_id} | ({} if received_at is None else {"received": received_at})
    return int(conn.execute(_raised(received=received_at is not None), given).scalar_one())


@cache
def _raised(*, received: bool) -> ReturningUpdate[Any]:
    """Written once: every group of signals says so."""
    changes: dict[str, Any] = {"data_version": workspace.c.data_version + 1}
    if received:
        now = bindparam("received", type_=workspace.c.last_received_at.type)
        changes["last_received_at"] = func.coalesce(func.greatest(workspace.c.last_received_at, now), now)
    raised = workspace.c.workspace_id == bindparam("raised", type_=workspace.c.workspace_id.type)
    return update(workspace).where(raised).values(**changes).returning(workspace.c.data_version)


def delete_workspace(conn: Connection, workspace_id: WorkspaceId) -> None:
    """Delete a workspace and every row that belongs to it."""
    # The guard log comes last: PostgreSQL lets go of it only when its workspace is gone.
    for table in (*(one for one in reversed(metadata.sorted_tables) if one is not guard_log), guard_log):
        if "workspace_id" in table.c:
            conn.execute(delete(table).where(table.c.workspace_id == workspace_id))


def _first(conn: Connection, statement: Select[Any]) -> Workspace | None:
    row = conn.execute(statement).one_or_none()
    return None if row is None else Workspace(**row._mapping)
