"""From a principal to a viewer: the one place that decides what somebody in a workspace may see and do.

viewer_of(conn, settings, workspace, principal) -> Viewer       raises NotFound, NotSignedIn
member_viewer(settings, workspace, member) -> Viewer
wall_of(settings, workspace) -> WallState                       what administrators are shown
"""

from __future__ import annotations

import logging

from cockpit.errors import NotFound, NotSignedIn
from cockpit.model.principals import LOCAL_OWNER, membership_of
from cockpit.model.roles import role_named
from cockpit.model.viewer import Viewer, whole_workspace
from cockpit.model.wall import WallState, scope_of, wall_state
from cockpit.settings import Settings
from cockpit.storage.database import Connection
from cockpit.storage.members import Member, list_members
from cockpit.storage.workspaces import Workspace

LOCAL_OWNER_ROLE = "owner"  # how a workspace on a single machine calls its one member
log = logging.getLogger(__name__)


def viewer_of(conn: Connection, settings: Settings, workspace: Workspace, principal: str) -> Viewer:
    """Who this principal is in this workspace.

    Raises:
        NotFound: the principal is a member of another workspace; the same words as for one that does not exist.
        NotSignedIn: the member is gone, or the principal is nobody.
    """
    people = list_members(conn, workspace.workspace_id)
    if principal == LOCAL_OWNER:
        owner = next((one.member_id for one in people if one.role == LOCAL_OWNER_ROLE), None)
        return whole_workspace(workspace.workspace_id, owner)
    membership = membership_of(principal)
    if membership is None:
        raise NotSignedIn
    if membership.workspace_id != workspace.workspace_id:
        raise NotFound(f"There is no workspace called {workspace.subdomain}.")
    member = next((one for one in people if one.member_id == membership.member_id), None)
    if member is None:
        raise NotSignedIn
    return member_viewer(settings, workspace, member)


def member_viewer(settings: Settings, workspace: Workspace, member: Member) -> Viewer:
    """A member as a viewer, behind the wall where it stands."""
    role, setting = role_named(member.role), wall_setting(workspace)
    scope = scope_of(settings.wall, workspace.workspace_id, setting, member_id=member.member_id, role=role)
    if settings.person_wall_debug:
        because = wall_state(settings.wall, workspace.workspace_id, setting).because
        log.info("member %s (%s) of %s has scope %s: %s", member.member_id, role, workspace.subdomain, scope, because)
    return Viewer(workspace.workspace_id, member.member_id, role, scope)


def wall_of(settings: Settings, workspace: Workspace) -> WallState:
    """Whether the wall stands in a workspace, and why."""
    return wall_state(settings.wall, workspace.workspace_id, wall_setting(workspace))


def wall_setting(workspace: Workspace) -> bool | None:
    """What the workspace itself says of the wall; only a clear false opts out."""
    said = workspace.settings.get("person_wall")
    return said if isinstance(said, bool) else None
