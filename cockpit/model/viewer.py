"""Who reads or acts: the member, the role, and behind the person wall the people that exist for them.

Every entry point makes one `Viewer` from its credential (cockpit.access.viewers) and hands on `viewer.scope` to reads
and the viewer itself to whatever needs a permission.
"""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.errors import Forbidden
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.roles import Permission, Role, may


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose people somebody behind the wall may see; where there is no scope, everybody's."""

    member_id: MemberId
    with_system: bool = True  # also people that an integration created on behalf of nobody


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody in a workspace."""

    workspace_id: WorkspaceId
    member_id: MemberId | None
    role: Role
    scope: Scope | None = None  # None: the whole workspace

    def may(self, permission: Permission) -> bool:
        """Whether they may do this."""
        return may(self.role, permission)

    def check(self, permission: Permission) -> None:
        """Let them pass if they may do this.

        Raises:
            Forbidden: their role does not allow it.
        """
        if not self.may(permission):
            raise Forbidden(f"Your role in this workspace does not allow you to {permission.value}.")


def whole_workspace(workspace_id: WorkspaceId, member_id: MemberId | None = None) -> Viewer:
    """The local owner, the operator at the command line, or a program with a key: an admin without a wall."""
    return Viewer(workspace_id, member_id, Role.ADMIN)
