"""What an administrator may change: the workspace, who is in it and as what, and who may put it into a frame.

rename(db, viewer, *, name, time_zone)                       raises Forbidden, InvalidInput
set_join_policy(db, viewer, policy, domains)
set_embed_origins(db, viewer, origins) -> tuple[str, ...]    as they are stored
set_role(db, viewer, member_id, role, *, now)
remove_member(db, viewer, member_id, *, now)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import available_timezones

from cockpit.access import embedding, sessions
from cockpit.access.viewers import LOCAL_OWNER_ROLE
from cockpit.errors import Conflict, InvalidInput, NotFound
from cockpit.model.ids import MemberId
from cockpit.model.roles import Permission, Role, role_named
from cockpit.model.subdomains import check_name
from cockpit.model.viewer import Viewer
from cockpit.storage import workspace_changes as stored
from cockpit.storage.database import Connection, Database

JOIN_POLICIES = {
    "invite": "Only people who were added",
    "domain": "Anybody with an e-mail address of these domains",
    "open": "Anybody whom a host application sends",
}
MOST_DOMAINS = 50
DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII)


def rename(db: Database, viewer: Viewer, *, name: str, time_zone: str) -> None:
    """Call the workspace something else, or move its clock."""
    viewer.check(Permission.MANAGE_SETTINGS)
    name = check_name(name)
    if time_zone not in available_timezones():
        raise InvalidInput(f"“{time_zone[:40]}” is no time zone like Europe/Paris.")
    with db.write(viewer.workspace_id) as conn:
        stored.replace_workspace_name(conn, viewer.workspace_id, name=name, time_zone=time_zone)


def set_join_policy(db: Database, viewer: Viewer, policy: str, domains: Iterable[str]) -> None:
    """Say who becomes a member by coming in; nobody ever becomes an admin that way."""
    viewer.check(Permission.MANAGE_SETTINGS)
    if policy not in JOIN_POLICIES:
        raise InvalidInput("There is no such way of joining.")
    listed = list(dict.fromkeys(domain.strip().lower().removeprefix("@") for domain in domains if domain.strip()))
    wrong = [domain for domain in listed if not DOMAIN.fullmatch(domain)]
    if wrong:
        raise InvalidInput(f"“{wrong[0][:80]}” is no domain like example.com.")
    if len(listed) > MOST_DOMAINS or (policy == "domain" and not listed):
        raise InvalidInput(f"Name the domains whose people may join: at least one, at most {MOST_DOMAINS}.")
    with db.write(viewer.workspace_id) as conn:
        changes = {"join_policy": policy, "join_domains": listed}
        stored.replace_workspace_settings(conn, viewer.workspace_id, changes)


def set_embed_origins(db: Database, viewer: Viewer, origins: Iterable[str]) -> tuple[str, ...]:
    """Say which sites may put the cockpit into a frame."""
    viewer.check(Permission.MANAGE_SETTINGS)
    listed = tuple(dict.fromkeys(embedding.check_origin(origin) for origin in origins if origin.strip()))
    if len(listed) > embedding.MOST:
        raise InvalidInput(f"At most {embedding.MOST} sites may embed a workspace.")
    with db.write(viewer.workspace_id) as conn:
        stored.replace_workspace_settings(conn, viewer.workspace_id, {"embed_origins": list(listed)})
    return listed


def set_role(db: Database, viewer: Viewer, member_id: MemberId, role: Role, *, now: datetime) -> None:
    """Give a member another role; what they may do changes with their next click."""
    viewer.check(Permission.MANAGE_MEMBERS)
    with db.write(viewer.workspace_id) as conn:
        _check_change(conn, viewer, member_id, leaves_admin=role is not Role.ADMIN)
        stored.replace_role(conn, viewer.workspace_id, member_id, role.value)
        sessions.end_of_member(conn, viewer.workspace_id, member_id, now)


def remove_member(db: Database, viewer: Viewer, member_id: MemberId, *, now: datetime) -> None:
    """End a membership and its sessions; the people they own stay theirs by name."""
    viewer.check(Permission.MANAGE_MEMBERS)
    with db.write(viewer.workspace_id) as conn:
        _check_change(conn, viewer, member_id, leaves_admin=True)
        stored.replace_left(conn, viewer.workspace_id, member_id, now=now)
        sessions.end_of_member(conn, viewer.workspace_id, member_id, now)


def _check_change(conn: Connection, viewer: Viewer, member_id: MemberId, *, leaves_admin: bool) -> None:
    """See that the member is there, and that somebody will still be able to change the workspace."""
    roles = stored.list_roles(conn, viewer.workspace_id)
    if member_id not in roles:
        raise NotFound("There is no such member in this workspace.")
    if roles[member_id] == LOCAL_OWNER_ROLE:
        raise Conflict("The owner of this machine always stays, as an admin.")
    admins = {one for one, role in roles.items() if role_named(role) is Role.ADMIN}
    if leaves_admin and admins == {member_id}:
        raise Conflict("Make somebody else an admin first: a workspace needs one.")
