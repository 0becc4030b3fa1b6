"""The guide's decision tree: which workspace a user belongs to, made when it is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cockpit.access.join import check_active, join_member
from cockpit.errors import BadRequest, Forbidden
from cockpit.model.subdomains import check_subdomain, personal_subdomain
from cockpit.storage import memberships
from cockpit.storage.database import Connection
from cockpit.storage.members import upsert_member
from cockpit.storage.memberships import Login
from cockpit.storage.rules import Rule, insert_missing_rules
from cockpit.storage.workspaces import Workspace, find_workspace, get_workspace_by_id, insert_workspace

PUBLIC_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "proton.me",
        "protonmail.com",
        "mail.com",
        "yandex.com",
        "qq.com",
        "163.com",
    ]
)


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


def resolve(conn: Connection, wish: Wish, *, rules: Sequence[Rule], now: datetime) -> Resolved:
    """Find or make the workspace of a user, and the user.

    Raises:
        BadRequest: the user belongs elsewhere, to several, or to none.
        Forbidden: the policy of the workspace, or the credential, does not allow it.
    """
    login = memberships.get_login(conn, email=wish.email, name=wish.name or wish.email, now=now)
    ours = memberships.list_memberships(conn, login.user_id)
    if ours:
        return _known(conn, wish, login, ours)
    if not login.is_new and login.deleted_at is None:
        raise BadRequest("This user exists but belongs to no workspace; an administrator has to look at it.")
    if wish.subdomain is None:
        return _personal(conn, wish, login, rules, now)
    found = find_workspace(conn, wish.subdomain)
    if found is None:
        return _shared(conn, wish, login, rules, now)
    # get_login above made the row, so to join_member it is known already: give it back its newness.
    check_active(found)
    memberships.replace_login_deleted(conn, login.user_id, now)
    joined = join_member(conn, found, email=wish.email, name=wish.name, explicit=False, now=now)
    return Resolved(found, joined.user_id, new_workspace=False, new_user=login.is_new)


def create_workspace(
    conn: Connection,
    *,
    subdomain: str,
    name: str,
    admin_email: str,
    admin_name: str,
    rules: Sequence[Rule],
    now: datetime,
    is_demo: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> Workspace:
    """Make a workspace with its administrator and the preset rules: in one transaction, so never half of it."""
    domain = admin_email.rpartition("@")[2]
    policy = {} if domain in PUBLIC_MAIL else {"join_policy": "domain", "join_domains": [domain]}
    workspace_id = insert_workspace(
        conn,
        subdomain=check_subdomain(subdomain),
        name=name,
        time_zone="UTC",
        now=now,
        is_demo=is_demo,
        settings={"join_policy": "invite", **policy, **(settings or {})},
    )
    upsert_member(conn, workspace_id, email=admin_email, name=admin_name or admin_email, role="admin", now=now)
    insert_missing_rules(conn, workspace_id, rules, now=now)
    return get_workspace_by_id(conn, workspace_id)


def _known(conn: Connection, wish: Wish, login: Login, ours: Sequence[memberships.Membership]) -> Resolved:
    if login.deleted_at is not None:
        raise BadRequest("This login was taken away; an administrator can give it back.")
    if len(ours) > 1:
        raise BadRequest("This user belongs to several workspaces.")
    workspace = get_workspace_by_id(conn, ours[0].workspace_id)
    if wish.subdomain not in (None, workspace.subdomain):
        raise BadRequest("This user belongs to another workspace: use move-user.")
    return Resolved(workspace, login.user_id, new_workspace=False, new_user=False)


def _personal(conn: Connection, wish: Wish, login: Login, rules: Sequence[Rule], now: datetime) -> Resolved:
    subdomain = personal_subdomain(wish.email)
    found = find_workspace(conn, subdomain)
    if found is None:
        own = {"personal_of": wish.email, "join_policy": "invite", "join_domains": []}
        return _made(conn, wish, login, subdomain, settings=own, rules=rules, now=now)
    if found.settings.get("personal_of") != wish.email:
        raise BadRequest("The personal workspace of this user cannot be made: its subdomain is taken.")
    memberships.replace_login_deleted(conn, login.user_id, None)
    upsert_member(conn, found.workspace_id, email=wish.email, name=wish.name or wish.email, role="admin", now=now)
    return Resolved(found, login.user_id, new_workspace=False, new_user=login.is_new)


def _shared(conn: Connection, wish: Wish, login: Login, rules: Sequence[Rule], now: datetime) -> Resolved:
    return _made(conn, wish, login, check_subdomain(wish.subdomain or ""), settings={}, rules=rules, now=now)


def _made(
    conn: Connection,
    wish: Wish,
    login: Login,
    subdomain: str,
    *,
    settings: Mapping[str, Any],
    rules: Sequence[Rule],
    now: datetime,
) -> Resolved:
    if not wish.may_create:
        raise Forbidden("This secret may not make workspaces: it lacks the scope provision.")
    memberships.replace_login_deleted(conn, login.user_id, None)
    made = create_workspace(
        conn,
        subdomain=subdomain,
        name=wish.display_name or wish.name or subdomain,
        admin_email=wish.email,
        admin_name=wish.name,
        rules=rules,
        now=now,
        settings=settings,
    )
    return Resolved(made, login.user_id, new_workspace=True, new_user=login.is_new)
