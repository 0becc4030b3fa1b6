"""How other systems say whose a person is: a number of theirs for each member, told to whoever creates people for us.

set_scope_value(conn, workspace_id, member_id, field, value)
scope_of_owner(settings, workspace, member_id) -> ScopeField | None       None unless the wall stands and all is known
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cockpit.access.viewers import wall_of
from cockpit.errors import InvalidInput
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.database import Connection
from cockpit.storage.workspace_changes import replace_workspace_settings
from cockpit.storage.workspaces import Workspace, get_workspace_by_id, replace_data_version

KEPT = "person_wall_values"  # in the settings of the workspace: field -> member -> number
CREATED_BY = "createdBy"  # our own field, by which a member is meant already
FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}", re.ASCII)
LARGEST = 2**53 - 1  # what every reader of JSON takes for the same number


@dataclass(frozen=True, slots=True)
class ScopeField:
    """A field of people in the other system, and what stands in it for a member."""

    name: str
    value: int


def set_scope_value(
    conn: Connection, workspace_id: WorkspaceId, member_id: MemberId, field: str, value: int | None
) -> None:
    """Remember the number of a member in another system; None forgets it.

    Raises:
        InvalidInput: the field is no name, or the number is too large.
    """
    if not FIELD.fullmatch(field) or field == CREATED_BY:
        raise InvalidInput("The field must be a name like tipsAgentId.")
    if value is not None and not 0 <= value <= LARGEST:
        raise InvalidInput(f"The number must be between 0 and {LARGEST}.")
    replace_data_version(conn, workspace_id)  # two changes at once wait for each other here
    kept = dict(get_workspace_by_id(conn, workspace_id).settings.get(KEPT) or {})
    changed = {**kept.get(field, {}), str(member_id): value}
    kept[field] = {who: number for who, number in changed.items() if number is not None}
    replace_workspace_settings(conn, workspace_id, {KEPT: kept})


def scope_of_owner(settings: Settings, workspace: Workspace, member_id: MemberId) -> ScopeField | None:
    """What to write on a person, beside their owner, so that the wall of the other system shows them to the owner."""
    if not wall_of(settings, workspace).stands:
        return None
    kept = workspace.settings.get(KEPT) or {}
    for field in (name.strip() for name in settings.person_wall_field_name.split(",")):
        value = kept.get(field, {}).get(str(member_id))
        if field != CREATED_BY and isinstance(value, int):
            return ScopeField(field, value)
    return None
