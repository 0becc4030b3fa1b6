"""The end of a workspace: everything in it, and the logins of those who belong nowhere else."""

from __future__ import annotations

from datetime import datetime

from cockpit.storage import memberships
from cockpit.storage.database import Connection
from cockpit.storage.members import list_members
from cockpit.storage.workspaces import Workspace, delete_workspace, get_workspace


def tear_down(conn: Connection, subdomain: str, now: datetime) -> Workspace:
    """Delete a workspace for good; its users can be provisioned anew. The transaction must name no workspace.

    Raises:
        NotFound: there is none.
    """
    found = get_workspace(conn, subdomain)
    users = tuple(one.user_id for one in list_members(conn, found.workspace_id) if one.user_id)
    delete_workspace(conn, found.workspace_id)
    memberships.delete_no_memberships(conn, users, now)
    return found
