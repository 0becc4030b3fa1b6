"""The guide's decision tree: which workspace a user belongs to, made when it is missing.

resolve(db, wish, *, rules, now) -> Resolved               for a user
make_workspace(db, wanted, *, rules, now) -> Resolved      by name, with its administrator; idempotent
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from cockpit.access.join import check_active, join_member, starting_policy
from cockpit.access.unfinished import Unfinished
from cockpit.access.workspace_states import NewWorkspace, begin, finish, retry, settled
from cockpit.errors import BadRequest, Forbidden
from cockpit.model.ids import workspace_id_of
from cockpit.model.subdomains import check_subdomain, personal_subdomain
from cockpit.storage import memberships
from cockpit.storage.database import Connection, Database
from cockpit.storage.members import upsert_member
from cockpit.storage.memberships import Login
from cockpit.storage.rules import Rule
from cockpit.storage.workspace_states import FAILED, PENDING
from cockpit.storage.workspaces import Workspace, find_workspace, get_workspace_by_id


@dataclass(frozen=True, slots=True)
class Resolved:
    """The workspace, the user, and which of them is new."""

    workspace: Workspace
    user_id: UUID
    new_workspace: bool
    new_user: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What a host asks for."""

    email: str
    name: str
    subdomain: str | None = None
    display_name: str | None = None
    may_create: bool = True  # the credential may make workspaces
    join_policy: str = "invite"  # what a new shared workspace begins with


def resolve(db: Database, wish: Wish, *, rules: Sequence[Rule], now: datetime) -> Resolved:
    """Find or make the workspace of a user, and the user; a workspace that is not finished is gone on with.

    Raises:
        BadRequest: the user belongs elsewhere, to several, or to none.
        Forbidden: the policy of the workspace, or the credential, does not allow it.
    """
    found = settled(db, lambda conn: _find(conn, wish, now), rules=rules, now=now)
    if found.workspace.status != PENDING:
        return found
    made = finish(db, found.workspace.workspace_id, rules=rules, now=now, mine=found.new_workspace)
    return replace(found, workspace=made)


def make_workspace(db: Database, wanted: NewWorkspace, *, rules: Sequence[Rule], now: datetime) -> Resolved:
    """Make a workspace, or find it and let the administrator in as a member; one that has failed is tried again.

    Raises:
        BadRequest: no workspace may be called that, or the user belongs elsewhere.
    """
    _try_again(db, wanted.subdomain, rules, now)
    found = settled(db, lambda conn: _find_or_begin(conn, wanted, now), rules=rules, now=now)
    made = finish(db, found.workspace.workspace_id, rules=rules, now=now, mine=found.new_workspace)
    return replace(found, workspace=made)


def _find(conn: Connection, wish: Wish, now: datetime) -> Resolved:
    login = memberships.get_login(conn, email=wish.email, name=wish.name or wish.email, now=now)
    ours = memberships.list_memberships(conn, login.user_id)
    if ours:
        return _known(conn, wish, login, ours)
    if not login.is_new and login.deleted_at is None:
        raise BadRequest("This user exists but belongs to no workspace; an administrator has to look at it.")
    if wish.subdomain is None:
        return _personal(conn, wish, login, now)
    found = find_workspace(conn, wish.subdomain)
    if found is None:
        policy = starting_policy(wish.join_policy, wish.email)
        return _made(conn, wish, login, wish.subdomain, settings=policy, now=now)
    # get_login above made the row, so to join_member it is known already: give it back its newness.
    check_active(found)
    memberships.replace_login_deleted(conn, login.user_id, now)
    joined = join_member(conn, found, email=wish.email, name=wish.name, explicit=False, now=now)
    return Resolved(found, joined.user_id, new_workspace=False, new_user=login.is_new)


def _find_or_begin(conn: Connection, wanted: NewWorkspace, now: datetime) -> Resolved:
    email = wanted.admin_email
    found = find_workspace(conn, wanted.subdomain)
    if found is not None:
        joined = join_member(conn, found, email=email, name=wanted.admin_name, explicit=True, now=now)
        return Resolved(found, joined.user_id, new_workspace=False, new_user=joined.new_user)
    login = memberships.get_login(conn, email=email, name=wanted.admin_name or email, now=now)
    ours = {one.workspace_id for one in memberships.list_memberships(conn, login.user_id)}
    if workspace_id_of(wanted.subdomain) in ours:
        raise Unfinished(workspace_id_of(wanted.subdomain))  # made while we waited for the login
    if ours:
        raise BadRequest("This user belongs to another workspace: use move-user.")
    return _begun(conn, wanted, login, now)


def _try_again(db: Database, subdomain: str, rules: Sequence[Rule], now: datetime) -> None:
    # all workspaces: this is how a workspace is found
    with db.read() as conn:
        found = find_workspace(conn, subdomain)
    if found is not None and found.status == FAILED:
        retry(db, found.workspace_id, rules=rules, now=now)


def _known(conn: Connection, wish: Wish, login: Login, ours: Sequence[memberships.Membership]) -> Resolved:
    if login.deleted_at is not None:
        raise BadRequest("This login was taken away; an administrator can give it back.")
    if len(ours) > 1:
        raise BadRequest("This user belongs to several workspaces.")
    workspace = get_workspace_by_id(conn, ours[0].workspace_id)
    if wish.subdomain not in (None, workspace.subdomain):
        raise BadRequest("This user belongs to another workspace: use move-user.")
    return Resolved(workspace, login.user_id, new_workspace=False, new_user=False)


def _personal(conn: Connection, wish: Wish, login: Login, now: datetime) -> Resolved:
    subdomain = personal_subdomain(wish.email)
    found = find_workspace(conn, subdomain)
    if found is None:
        own = {"personal_of": wish.email, "join_policy": "invite", "join_domains": []}
        return _made(conn, wish, login, subdomain, settings=own, now=now)
    if found.settings.get("personal_of") != wish.email:
        raise BadRequest("The personal workspace of this user cannot be made: its subdomain is taken.")
    memberships.replace_login_deleted(conn, login.user_id, None)
    upsert_member(conn, found.workspace_id, email=wish.email, name=wish.name or wish.email, role="admin", now=now)
    return Resolved(found, login.user_id, new_workspace=False, new_user=login.is_new)


def _made(
    conn: Connection, wish: Wish, login: Login, subdomain: str, *, settings: Mapping[str, Any], now: datetime
) -> Resolved:
    check_subdomain(subdomain)
    if not wish.may_create:
        raise Forbidden("This secret may not make workspaces: it lacks the scope provision.")
    name = wish.display_name or wish.name or subdomain
    wanted = NewWorkspace(subdomain, name, wish.email, wish.name, settings=settings)
    return _begun(conn, wanted, login, now)


def _begun(conn: Connection, wanted: NewWorkspace, login: Login, now: datetime) -> Resolved:
    memberships.replace_login_deleted(conn, login.user_id, None)
    workspace = get_workspace_by_id(conn, begin(conn, wanted, now))
    return Resolved(workspace, login.user_id, new_workspace=True, new_user=login.is_new)
