"""Which workspace a call names, and how an answer describes one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cockpit.errors import BadRequest
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.workspaces import Workspace, get_workspace, get_workspace_by_id

STATES = {"ready": "ACTIVE", "pending": "ONGOING_CREATION", "failed": "INACTIVE"}


def named(conn: Connection, workspace_id: str | None, subdomain: str | None) -> Workspace:
    """The workspace with this id, or else with this subdomain.

    Raises:
        BadRequest: neither is given, or they mean different workspaces.
        NotFound: there is none.
    """
    if workspace_id is None and subdomain is None:
        raise BadRequest("Name the workspace, by id or by subdomain.")
    found = by_id(conn, workspace_id) if workspace_id is not None else get_workspace(conn, subdomain or "")
    if subdomain not in (None, found.subdomain):
        raise BadRequest("The id and the subdomain mean different workspaces.")
    return found


def by_id(conn: Connection, text: str) -> Workspace:
    """The workspace with the id that this text is.

    Raises:
        BadRequest: it is no id.
        NotFound: there is no such workspace.
    """
    try:
        workspace_id = WorkspaceId(UUID(text))
    except ValueError as error:
        raise BadRequest("workspaceId must be a UUID.") from error
    return get_workspace_by_id(conn, workspace_id)


def view_of(workspace: Workspace) -> dict[str, Any]:
    """A workspace as the answers describe it; never the key of its Hub."""
    hub = workspace.settings.get("hub") or {}
    return {
        "workspaceId": str(workspace.workspace_id),
        "subdomain": workspace.subdomain,
        "displayName": workspace.name,
        "activationStatus": STATES.get(workspace.status or "ready", "INACTIVE"),
        "industryPreset": workspace.settings.get("industry_preset"),
        "industryProfile": workspace.settings.get("industry_profile"),
        "hubConnected": bool(hub.get("connected")),
        "assignedDomain": hub.get("domain"),
    }
