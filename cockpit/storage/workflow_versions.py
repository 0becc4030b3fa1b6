"""Workflows, whether they are active, and the versions of what they do.

list_workflow_heads(conn, workspace_id) -> tuple[WorkflowHead, ...]                by key
get_workflow_head(conn, workspace_id, workflow_key) -> WorkflowHead                raises NotFound
list_active_workflows(conn, workspace_id) -> tuple[ActiveWorkflow, ...]            with what they do
insert_workflow(conn, workspace_id, workflow_key, title, *, now) -> bool           a draft; False: the key is taken
replace_workflow(conn, workspace_id, workflow_key, changes) -> bool
list_workflow_versions(conn, workspace_id, workflow_key) -> tuple[WorkflowVersion, ...]        newest first
get_workflow_version(conn, workspace_id, workflow_key, version) -> WorkflowVersion             raises NotFound
insert_workflow_version(conn, workspace_id, workflow_key, version)
replace_workflow_version(conn, workspace_id, workflow_key, version, changes) -> bool
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from cockpit.errors import NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.storage.at_once import OF_WORKSPACE
from cockpit.storage.automation_tables import workflow, workflow_version


@dataclass(frozen=True, slots=True)
class WorkflowHead:
    """A workflow without what it does."""

    workflow_key: str
    title: str
    status: str  # DRAFT | ACTIVE | DEACTIVATED
    version: int | None  # the active one, or the last that was
    active_since: datetime | None


@dataclass(frozen=True, slots=True)
class WorkflowVersion:
    """What a workflow does, did or shall do."""

    version: int
    status: str  # draft | active | retired
    spec: Mapping[str, Any]
    created_by: UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ActiveWorkflow:
    """A workflow that may be started, and what it does."""

    workflow_key: str
    version: int
    active_since: datetime
    spec: Mapping[str, Any]


HEADS = tuple(workflow.c[name] for name in WorkflowHead.__dataclass_fields__)
VERSIONS = tuple(workflow_version.c[name] for name in WorkflowVersion.__dataclass_fields__)


def list_workflow_heads(conn: Connection, workspace_id: WorkspaceId) -> tuple[WorkflowHead, ...]:
    """All workflows of a workspace."""
    query = select(*HEADS).where(workflow.c.workspace_id == workspace_id).order_by(workflow.c.workflow_key)
    return tuple(WorkflowHead(*row) for row in conn.execute(query))


def get_workflow_head(conn: Connection, workspace_id: WorkspaceId, workflow_key: str) -> WorkflowHead:
    """One workflow.

    Raises:
        NotFound: There is none with this key.
    """
    mine = (workflow.c.workspace_id == workspace_id, workflow.c.workflow_key == workflow_key)
    row = conn.execute(select(*HEADS).where(*mine)).one_or_none()
    if row is None:
        raise NotFound(f"There is no workflow {workflow_key} in this workspace.")
    return WorkflowHead(*row)


def list_active_workflows(conn: Connection, workspace_id: WorkspaceId) -> tuple[ActiveWorkflow, ...]:
    """The workflows that may be started, by key."""
    return tuple(ActiveWorkflow(*row) for row in conn.execute(_active(), {OF_WORKSPACE.key: workspace_id}))


@cache
def _active() -> Select[Any]:
    """Written once: every group of signals with new people asks."""
    same = and_(
        workflow_version.c.workspace_id == OF_WORKSPACE,
        workflow_version.c.workflow_key == workflow.c.workflow_key,
        workflow_version.c.version == workflow.c.version,
    )
    columns = (workflow.c.workflow_key, workflow.c.version, workflow.c.active_since, workflow_version.c.spec)
    query = select(*columns).select_from(workflow.join(workflow_version, same)).order_by(workflow.c.workflow_key)
    on = (workflow.c.workspace_id == OF_WORKSPACE, workflow.c.status == "ACTIVE", workflow.c.active_since.is_not(None))
    return query.where(*on)


def insert_workflow(
    conn: Connection, workspace_id: WorkspaceId, workflow_key: str, title: str, *, now: datetime
) -> bool:
    """Add a workflow that does nothing yet; answers whether its key was free."""
    times = {"created_at": now, "updated_at": now}
    new = upsert(workflow).values(
        workspace_id=workspace_id, workflow_key=workflow_key, title=title, status="DRAFT", **times
    )
    free = new.on_conflict_do_nothing(index_elements=["workspace_id", "workflow_key"])
    return bool(conn.execute(free.returning(workflow.c.workflow_key)).scalars().all())


def replace_workflow(
    conn: Connection, workspace_id: WorkspaceId, workflow_key: str, changes: Mapping[str, Any]
) -> bool:
    """Change a workflow; answers whether it is there."""
    mine = update(workflow).where(workflow.c.workspace_id == workspace_id, workflow.c.workflow_key == workflow_key)
    return bool(conn.execute(mine.values(**changes)).rowcount)


def list_workflow_versions(
    conn: Connection, workspace_id: WorkspaceId, workflow_key: str
) -> tuple[WorkflowVersion, ...]:
    """The versions of a workflow."""
    mine = (workflow_version.c.workspace_id == workspace_id, workflow_version.c.workflow_key == workflow_key)
    query = select(*VERSIONS).where(*mine).order_by(workflow_version.c.version.desc())
    return tuple(WorkflowVersion(*row) for row in conn.execute(query))


def get_workflow_version(
    conn: Connection, workspace_id: WorkspaceId, workflow_key: str, version: int
) -> WorkflowVersion:
    """One version.

    Raises:
        NotFound: There is none.
    """
    query = select(*VERSIONS).where(*_version(workspace_id, workflow_key, version))
    row = conn.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no version {version} of the workflow {workflow_key}.")
    return WorkflowVersion(*row)


def insert_workflow_version(
    conn: Connection, workspace_id: WorkspaceId, workflow_key: str, new: WorkflowVersion
) -> None:
    """Add a version."""
    conn.execute(insert(workflow_version).values(workspace_id=workspace_id, workflow_key=workflow_key, **asdict(new)))


def replace_workflow_version(
    conn: Connection, workspace_id: WorkspaceId, workflow_key: str, version: int, changes: Mapping[str, Any]
) -> bool:
    """Change a version; answers whether it is there."""
    mine = update(workflow_version).where(*_version(workspace_id, workflow_key, version))
    return bool(conn.execute(mine.values(**changes)).rowcount)


def _version(workspace_id: WorkspaceId, workflow_key: str, version: int) -> tuple[Any, ...]:
    mine = (workflow_version.c.workspace_id == workspace_id, workflow_version.c.workflow_key == workflow_key)
    return (*mine, workflow_version.c.version == version)
