"""Versions of workflows: a draft is kept, published, and the workflow switched off and on again.

save_draft(db, viewer, workflow_key, spec, now, *, title=None) -> int      the number of the draft
activate(db, viewer, workflow_key, now) -> int                             the number of the version that is active now
deactivate(db, viewer, workflow_key, now) -> bool
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from cockpit.automation.guard_log import append, lock_chain
from cockpit.automation.workflows.reading import KEY, read_workflow, written
from cockpit.automation.workflows.spec import WorkflowSpec
from cockpit.errors import Conflict, InvalidInput
from cockpit.model.instants import spelled
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Connection, Database
from cockpit.storage.workflow_versions import (
    WorkflowHead,
    WorkflowVersion,
    get_workflow_head,
    insert_workflow,
    insert_workflow_version,
    list_workflow_versions,
    replace_workflow,
    replace_workflow_version,
)
from cockpit.storage.workspaces import replace_data_version

ACTIVE: Final = "ACTIVE"
DEACTIVATED: Final = "DEACTIVATED"


def save_draft(
    db: Database, viewer: Viewer, workflow_key: str, spec: WorkflowSpec, now: datetime, *, title: str | None = None
) -> int:
    """Keep an edited workflow, or with a title a new one; nothing changes until it is activated.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such workflow, and no title for a new one.
        InvalidInput: it is none.
    """
    viewer.check(Permission.MANAGE_RULES)
    said = written(read_workflow(written(spec)))
    with db.write(viewer.workspace_id) as conn:
        _lock(conn, viewer)
        if title is not None:
            _name(conn, viewer, workflow_key, title, now)
        get_workflow_head(conn, viewer.workspace_id, workflow_key)
        versions = list_workflow_versions(conn, viewer.workspace_id, workflow_key)
        draft = _draft(versions)
        if draft is not None:
            changes = {"spec": said, "created_at": now, "created_by": viewer.member_id}
            replace_workflow_version(conn, viewer.workspace_id, workflow_key, draft.version, changes)
            return draft.version
        number = 1 + max((one.version for one in versions), default=0)
        new = WorkflowVersion(number, "draft", said, viewer.member_id, now)
        insert_workflow_version(conn, viewer.workspace_id, workflow_key, new)
        return number


def activate(db: Database, viewer: Viewer, workflow_key: str, now: datetime) -> int:
    """Let the draft be what the workflow does, or let it go on as it was; runs at work keep their version.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such workflow.
        Conflict: there is nothing to activate.
        InvalidInput: it cannot be carried out, or would not end.
    """
    viewer.check(Permission.MANAGE_RULES)
    with db.write(viewer.workspace_id) as conn:
        _lock(conn, viewer)
        head = get_workflow_head(conn, viewer.workspace_id, workflow_key)
        draft = _draft(list_workflow_versions(conn, viewer.workspace_id, workflow_key))
        number = _published(conn, viewer, head, draft)
        if head.status == ACTIVE and draft is None:
            return number
        since = head.active_since if head.status == ACTIVE else now
        changes = {"status": ACTIVE, "version": number, "active_since": since, "updated_at": now}
        replace_workflow(conn, viewer.workspace_id, workflow_key, changes)
        told: dict[str, Any] = {"event": "workflow activated", "version": number}
        _tell(conn, viewer, workflow_key, now, told | ({"spec": draft.spec} if draft else {}))
        return number


def deactivate(db: Database, viewer: Viewer, workflow_key: str, now: datetime) -> bool:
    """Let it be started no more; what it has begun is stopped by its guards. Answers whether it was active.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such workflow.
    """
    viewer.check(Permission.MANAGE_RULES)
    with db.write(viewer.workspace_id) as conn:
        _lock(conn, viewer)
        if get_workflow_head(conn, viewer.workspace_id, workflow_key).status != ACTIVE:
            return False
        changes = {"status": DEACTIVATED, "updated_at": now}
        replace_workflow(conn, viewer.workspace_id, workflow_key, changes)
        _tell(conn, viewer, workflow_key, now, {"event": "workflow deactivated"})
        return True


def _published(conn: Connection, viewer: Viewer, head: WorkflowHead, draft: WorkflowVersion | None) -> int:
    if draft is None:
        if head.version is None:
            raise Conflict(f"The workflow {head.workflow_key} has nothing to activate.")
        return head.version
    read_workflow(draft.spec)
    workspace_id, key = viewer.workspace_id, head.workflow_key
    if head.version is not None:
        replace_workflow_version(conn, workspace_id, key, head.version, {"status": "retired"})
    replace_workflow_version(conn, workspace_id, key, draft.version, {"status": "active"})
    return draft.version


def _name(conn: Connection, viewer: Viewer, workflow_key: str, title: str, now: datetime) -> None:
    if not KEY.fullmatch(workflow_key):
        raise InvalidInput("The key of a workflow is made of letters, digits and _.")
    if not 0 < len(title.strip()) <= 200:
        raise InvalidInput("A workflow needs a title of at most 200 letters.")
    if not insert_workflow(conn, viewer.workspace_id, workflow_key, title.strip(), now=now):
        changes = {"title": title.strip(), "updated_at": now}
        replace_workflow(conn, viewer.workspace_id, workflow_key, changes)


def _lock(conn: Connection, viewer: Viewer) -> None:
    """Nothing is reserved and nobody is created meanwhile."""
    lock_chain(conn, viewer.workspace_id)
    replace_data_version(conn, viewer.workspace_id)


def _draft(versions: tuple[WorkflowVersion, ...]) -> WorkflowVersion | None:
    return next((one for one in versions if one.status == "draft"), None)


def _tell(conn: Connection, viewer: Viewer, workflow_key: str, now: datetime, what: Mapping[str, Any]) -> None:
    by = None if viewer.member_id is None else str(viewer.member_id)
    told = {**what, "at": spelled(now), "by": by, "rule_key": workflow_key}
    append(conn, lock_chain(conn, viewer.workspace_id), [told])
