"""Moves a user's membership from one workspace to another; records stay where they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cockpit.access import callbacks, sessions
from cockpit.access.join import check_active
from cockpit.errors import BadRequest, NotFound
from cockpit.storage import memberships
from cockpit.storage.database import Connection
from cockpit.storage.members import list_members, upsert_member
from cockpit.storage.workspaces import Workspace, replace_data_version

ADMINS = ("admin", "owner")


@dataclass(frozen=True, slots=True)
class Moved:
    """Who was moved, and whether their login had been taken away."""

    user_id: UUID
    restored: bool


def move_user(conn: Connection, *, email: str, name: str, source: Workspace, target: Workspace, now: datetime) -> Moved:
    """End the membership in `source` and begin one in `target`, as Aventora User.

    Raises:
        NotFound: there is no such user.
        BadRequest: a rule of the guide forbids it.
    """
    if memberships.find_login(conn, email) is None:
        raise NotFound("There is no such user.")
    if source.workspace_id == target.workspace_id:
        raise BadRequest("The user is to move from a workspace to itself.")
    check_active(target)
    login = memberships.get_login(conn, email=email, name=name, now=now)
    # Writing to the row makes two moves out of the same workspace wait for each other: the last admin stays.
    replace_data_version(conn, source.workspace_id)
    _check(conn, memberships.list_memberships(conn, login.user_id), source, target)
    here = {one.email: one for one in list_members(conn, source.workspace_id)}
    _check_others(tuple(one.role for one in here.values()), here[email].role)
    memberships.replace_membership_left(conn, source.workspace_id, here[email].member_id, now=now)
    sessions.end_of_member(conn, source.workspace_id, here[email].member_id, now)
    upsert_member(conn, target.workspace_id, email=email, name=name or here[email].name, role="aventora_user", now=now)
    memberships.replace_login_deleted(conn, login.user_id, None)
    callbacks.enqueue(conn, target.workspace_id, callbacks.SYNC_MEMBERS, now)
    replace_data_version(conn, target.workspace_id)
    return Moved(login.user_id, restored=login.deleted_at is not None)


def _check(conn: Connection, ours: tuple[memberships.Membership, ...], source: Workspace, target: Workspace) -> None:
    ids = {one.workspace_id for one in ours}
    if len(ids) > 1:
        raise BadRequest("This user belongs to several workspaces.")
    if target.workspace_id in ids:
        raise BadRequest("This user is in the target workspace already: use login-token.")
    if source.workspace_id not in ids:
        raise BadRequest("This user is not in the workspace to move from.")


def _check_others(roles: tuple[str, ...], role: str) -> None:
    if len(roles) == 1:
        raise BadRequest("This user is the only member of the workspace to move from.")
    if role in ADMINS and sum(one in ADMINS for one in roles) == 1:
        raise BadRequest("This user is the only admin of the workspace to move from.")
