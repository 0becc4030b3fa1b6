"""Workflows and their versions.

list_workflows(conn, workspace_id) -> tuple[StoredWorkflow, ...]               by key, each with its newest version
insert_missing_workflows(conn, workspace_id, workflows, *, now)               never changes one that exists
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.automation_tables import workflow, workflow_version


@dataclass(frozen=True, slots=True)
class StoredWorkflow:
    """A workflow and the newest version of what it does."""

    workflow_key: str
    title: str
    status: str  # DRAFT | ACTIVE
    spec: Mapping[str, Any]


def list_workflows(conn: Connection, workspace_id: WorkspaceId) -> tuple[StoredWorkflow, ...]:
    """The workflows of a workspace by key."""
    newest = (
        select(workflow_version.c.workflow_key, func.max(workflow_version.c.version).label("version"))
        .where(workflow_version.c.workspace_id == workspace_id)
        .group_by(workflow_version.c.workflow_key)
        .subquery()
    )
    same = and_(
        workflow_version.c.workspace_id == workspace_id,
        workflow_version.c.workflow_key == newest.c.workflow_key,
        workflow_version.c.version == newest.c.version,
    )
    joined = workflow.join(newest, newest.c.workflow_key == workflow.c.workflow_key).join(workflow_version, same)
    columns = (workflow.c.workflow_key, workflow.c.title, workflow.c.status, workflow_version.c.spec)
    query = select(*columns).select_from(joined).where(workflow.c.workspace_id == workspace_id)
    return tuple(StoredWorkflow(**row._mapping) for row in conn.execute(query.order_by(workflow.c.workflow_key)))


def insert_missing_workflows(
    conn: Connection, workspace_id: WorkspaceId, workflows: Sequence[StoredWorkflow], *, now: datetime
) -> None:
    """Add the workflows whose key the workspace does not have, each with a draft as its first version."""
    if not workflows:
        return
    key = {"workspace_id": workspace_id}
    rows = [
        {**key, "workflow_key": one.workflow_key, "title": one.title, "status": one.status, **_times(now)}
        for one in workflows
    ]
    statement = insert(workflow).values(rows).on_conflict_do_nothing(index_elements=["workspace_id", "workflow_key"])
    added = set(conn.execute(statement.returning(workflow.c.workflow_key)).scalars())
    first = {**key, "version": 1, "status": "draft", "created_at": now, "created_by": None}
    versions = [
        {**first, "workflow_key": one.workflow_key, "spec": dict(one.spec)}
        for one in workflows
        if one.workflow_key in added
    ]
    if versions:
        conn.execute(insert(workflow_version).values(versions))


def _times(now: datetime) -> dict[str, datetime]:
    return {"created_at": now, "updated_at": now}
