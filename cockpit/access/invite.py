"""What an administrator does to let people in: adds them, takes them back, gives them a link to sign in.

add_member(db, viewer, *, email, name, role, now) -> MemberId     raises Forbidden, InvalidInput, Conflict, BadRequest
restore_member(db, viewer, member_id, *, now)                     somebody who was deactivated, as what they were
sign_in_link(db, viewer, member_id, *, host, now, scheme=None) -> LoginToken
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from cockpit.access import login_tokens
from cockpit.access.join import email_of, join_member
from cockpit.errors import BadRequest, Conflict, InvalidInput, NotFound
from cockpit.model.ids import MemberId
from cockpit.model.roles import Permission, Role, role_named
from cockpit.model.viewer import Viewer
from cockpit.storage import memberships
from cockpit.storage.database import Connection, Database
from cockpit.storage.members import list_former_members, list_members
from cockpit.storage.workspace_changes import replace_role
from cockpit.storage.workspaces import get_workspace_by_id

LONGEST_NAME = 120
LINK_LIFETIME = timedelta(hours=1)  # long enough to be sent by hand, unlike what a host passes on at once
log = logging.getLogger(__name__)


def add_member(db: Database, viewer: Viewer, *, email: str, name: str, role: Role, now: datetime) -> MemberId:
    """Make somebody a member, also one who left.

    Raises:
        Forbidden: the viewer may not.
        InvalidInput: the address or the name cannot be used.
        Conflict: they are a member already.
        BadRequest: they belong to another workspace.
    """
    viewer.check(Permission.MANAGE_MEMBERS)
    try:
        address, called = email_of(email), " ".join(name.split())
    except BadRequest as error:
        raise InvalidInput("That is no e-mail address like agent@example.com.") from error
    if len(called) > LONGEST_NAME or not called.isprintable():
        raise InvalidInput(f"A name has at most {LONGEST_NAME} ordinary characters.")
    # all workspaces: whether the user belongs to another one
    with db.write() as conn:
        return _add(conn, viewer, address, name=called, role=role, now=now)


def restore_member(db: Database, viewer: Viewer, member_id: MemberId, *, now: datetime) -> None:
    """Take somebody back who was deactivated; they sign in anew.

    Raises:
        Forbidden: the viewer may not.
        NotFound: nobody of this workspace was deactivated under this id.
        BadRequest: they belong to another workspace by now.
    """
    viewer.check(Permission.MANAGE_MEMBERS)
    # all workspaces: whether the user belongs to another one
    with db.write() as conn:
        left = list_former_members(conn, viewer.workspace_id)
        former = next((one for one in left if one.member_id == member_id), None)
        if former is None:
            raise NotFound("There is no such member to restore.")
        _add(conn, viewer, former.email, name=former.name, role=role_named(former.role), now=now)


def sign_in_link(
    db: Database, viewer: Viewer, member_id: MemberId, *, host: str, now: datetime, scheme: str | None = None
) -> login_tokens.LoginToken:
    """A link that signs a member in, once, within the hour; for who has no host application that does it.

    Raises:
        Forbidden: the viewer may not.
        NotFound: there is no such member.
    """
    viewer.check(Permission.MANAGE_MEMBERS)
    with db.write(viewer.workspace_id) as conn:
        if all(one.member_id != member_id for one in list_members(conn, viewer.workspace_id)):
            raise NotFound("There is no such member in this workspace.")
        here = get_workspace_by_id(conn, viewer.workspace_id)
        made = login_tokens.mint(
            conn, here, member_id, host=host, page=None, now=now, scheme=scheme, lifetime=LINK_LIFETIME
        )
    log.info("member %s was given a sign-in link by %s", member_id, viewer.member_id or "the operator")
    return made


def _add(conn: Connection, viewer: Viewer, email: str, *, name: str, role: Role, now: datetime) -> MemberId:
    workspace = get_workspace_by_id(conn, viewer.workspace_id)
    login = memberships.find_login(conn, email)
    if login and login.deleted_at is None and not memberships.list_memberships(conn, login.user_id):
        # The look of an administrator that an orphan waits for is this one.
        memberships.replace_login_deleted(conn, login.user_id, now)
    joined = join_member(conn, workspace, email=email, name=name, role=role.value, explicit=True, now=now)
    if not joined.new_member:
        raise Conflict("They are a member of this workspace already.")
    replace_role(conn, viewer.workspace_id, joined.member_id, role.value)  # joining alone makes nobody an admin
    return joined.member_id
