"""The person wall: whether somebody sees everybody or only their own people, as a table over its variables.

| PERSON_WALL | allow-list | workspace says | role | sees |
|---|---|---|---|---|
| false | any | any | any | everybody: the switch is off for the whole server |
| true | names other workspaces | any | any | everybody |
| true | empty, or names this one | false | any | everybody: the workspace has opted out |
| true | empty, or names this one | nothing, or true | admin | everybody |
| true | empty, or names this one | nothing, or true | any other | the people they own |

With PERSON_WALL_EXCLUDE_SYSTEM_RECORDS the last row loses those people whom an integration created on behalf of nobody
(`person.is_system`).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Scope


@dataclass(frozen=True, slots=True)
class WallSettings:
    """What the server says of the wall."""

    on: bool = False
    workspace_ids: frozenset[UUID] = frozenset()  # empty: every workspace
    exclude_system: bool = False


@dataclass(frozen=True, slots=True)
class WallState:
    """Whether the wall stands in a workspace, and why: what administrators are shown."""

    stands: bool
    because: str


OFF = WallState(stands=False, because="PERSON_WALL is false on this server.")
ELSEWHERE = WallState(stands=False, because="PERSON_WALL_WORKSPACE_IDS names other workspaces only.")
OPTED_OUT = WallState(stands=False, because="This workspace has opted out of the person wall.")
STANDS = WallState(stands=True, because="PERSON_WALL is true: who is no admin sees only the people they own.")


def wall_state(wall: WallSettings, workspace_id: WorkspaceId, setting: bool | None) -> WallState:
    """Whether the wall stands in a workspace whose own setting is nothing, false or true."""
    if not wall.on:
        return OFF
    if wall.workspace_ids and workspace_id not in wall.workspace_ids:
        return ELSEWHERE
    return OPTED_OUT if setting is False else STANDS


def scope_of(
    wall: WallSettings, workspace_id: WorkspaceId, setting: bool | None, *, member_id: MemberId, role: Role
) -> Scope | None:
    """Whose people a member may see; None is everybody's."""
    if role is Role.ADMIN or not wall_state(wall, workspace_id, setting).stands:
        return None
    return Scope(member_id, with_system=not wall.exclude_system)
