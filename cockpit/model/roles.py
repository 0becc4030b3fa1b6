"""What each role of a workspace may do: one table, read by the services and shown by the screens."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What somebody is in a workspace, as it is stored."""

    ADMIN = "admin"
    MEMBER = "member"
    AVENTORA_USER = "aventora_user"  # who comes by single sign-on, unless told otherwise
    READ_ONLY = "read_only"


class Permission(StrEnum):
    """Something that not everybody may do."""

    READ = "see panels, people and explanations"
    DECIDE = "act on suggestions: snooze, dismiss, undo"
    EXPORT = "take lists out of the workspace"
    EDIT_PEOPLE = "add and change people"
    IMPORT = "load files of people and signals"
    MANAGE_RULES = "change automation rules"
    MANAGE_MEMBERS = "add and remove members and change their roles"
    MANAGE_SETTINGS = "change the settings of the workspace"
    MANAGE_KEYS = "make and revoke API keys"


_LOOKS: Final = frozenset({Permission.READ})
_WORKS: Final = _LOOKS | {Permission.DECIDE, Permission.EXPORT, Permission.EDIT_PEOPLE}
PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.ADMIN: frozenset(Permission),
        Role.MEMBER: _WORKS | {Permission.IMPORT},
        Role.AVENTORA_USER: _WORKS,
        Role.READ_ONLY: _LOOKS,
    }
)
# Workspaces that were made before there were roles call their one member `owner`.
_STORED: Final[Mapping[str, Role]] = MappingProxyType({"owner": Role.ADMIN, **{role.value: role for role in Role}})


def may(role: Role, permission: Permission) -> bool:
    """Whether the role has the permission."""
    return permission in PERMISSIONS[role]


def role_named(stored: str) -> Role:
    """The role that is stored under this name; one that nobody knows may only look."""
    return _STORED.get(stored, Role.READ_ONLY)
