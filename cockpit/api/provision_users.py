"""The provisioning routes about users: who belongs where, who signs in, who owns a person, who moves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cockpit.access import login_tokens, move_user
from cockpit.access.join import email_of, join_member, phone_of
from cockpit.access.ownership import scope_of_owner
from cockpit.access.resolve import Wish, resolve
from cockpit.api.provision_bodies import LoginIn, MoveIn, OwnerIn, ResolveIn, UserIn
from cockpit.api.provision_call import Call
from cockpit.api.provision_lookup import by_id, named
from cockpit.errors import BadRequest, NotFound
from cockpit.ingestion.start import RULES
from cockpit.model.hosts import workspace_host
from cockpit.storage import memberships
from cockpit.storage.database import Connection
from cockpit.storage.members import list_members
from cockpit.storage.workspaces import Workspace


def do_resolve(call: Call, body: ResolveIn) -> dict[str, Any]:
    """Find or make workspace and user."""
    may_create = "provision" in call.secret.scopes
    name = _name(body.firstName, body.lastName)
    policy = call.settings.join_policy
    wish = Wish(email_of(body.email), name, body.tenantSubdomain, body.tenantDisplayName, may_create, policy)
    found = resolve(call.cockpit.db, wish, rules=RULES, now=call.now)
    return {
        "workspaceId": str(found.workspace.workspace_id),
        "userId": str(found.user_id),
        "subdomain": found.workspace.subdomain,
        "wasCreated": {"workspace": found.new_workspace, "user": found.new_user},
    }


def do_login(call: Call, body: LoginIn) -> dict[str, Any]:
    """A token for one sign-in."""
    # all workspaces: a user belongs to one of them, which is looked for in each
    with call.cockpit.db.write() as conn:
        workspace = by_id(conn, body.workspaceId)
        joined = _join(conn, call, workspace, body)
        host = workspace_host(call.host, workspace.subdomain, call.settings.base_domain)
        token = login_tokens.mint(
            conn, workspace, joined[0], host=host, page=body.page, now=call.now, scheme=call.scheme
        )
    answer = {
        "workspaceUrl": token.url,
        "url": token.url,
        "loginToken": token.text,
        "expiresAt": token.expires_at.isoformat(),
        "workspaceId": str(workspace.workspace_id),
        "subdomain": workspace.subdomain,
        "userId": str(joined[1]),
    }
    return answer if body.page is None else {**answer, "page": body.page}


def do_owner(call: Call, body: OwnerIn) -> dict[str, Any]:
    """The member who is to own a new person."""
    if body.email is None and body.engagementInitiatorPhone is None:
        raise BadRequest("Give email or engagementInitiatorPhone.")
    # all workspaces: a user belongs to one of them, which is looked for in each
    with call.cockpit.db.write() as conn:
        workspace = by_id(conn, body.workspaceId)
        if body.email is not None:
            user = UserIn(workspaceId=body.workspaceId, email=body.email)
            member_id = _join(conn, call, workspace, user)[0]
        else:
            phone = phone_of(body.engagementInitiatorPhone or "")
            matches = memberships.list_members_by_phone(conn, workspace.workspace_id, phone)
            if len(matches) > 1:
                raise BadRequest("Several members have this phone number: it says nobody's person this is.")
            if not matches:
                raise NotFound("No member of this workspace has this phone number.")
            member_id = matches[0]
        names = {one.member_id: one.name for one in list_members(conn, workspace.workspace_id)}
    answer = {"workspaceMemberId": str(member_id), "displayName": names[member_id]}
    scope = scope_of_owner(call.settings, workspace, member_id)
    if scope is None:
        return answer
    return {**answer, "personWallScopeFieldName": scope.name, "personWallScopeValue": scope.value}


def do_user(call: Call, body: UserIn) -> dict[str, Any]:
    """Add a user to a workspace."""
    # all workspaces: a user belongs to one of them, which is looked for in each
    with call.cockpit.db.write() as conn:
        workspace = by_id(conn, body.workspaceId)
        member_id, user_id, new = _join(conn, call, workspace, body)
    about = {"workspaceId": str(workspace.workspace_id), "subdomain": workspace.subdomain}
    return {**about, "userId": str(user_id), "workspaceMemberId": str(member_id), "wasCreated": new}


def do_move(call: Call, body: MoveIn) -> dict[str, Any]:
    """Move a membership."""
    email, name = email_of(body.email), _name(body.firstName, body.lastName)
    # all workspaces: this is about two of them
    with call.cockpit.db.write() as conn:
        source = named(conn, body.fromWorkspaceId, body.fromWorkspaceSubdomain)
        target = named(conn, body.toWorkspaceId, body.toWorkspaceSubdomain)
        moved = move_user.move_user(conn, email=email, name=name, source=source, target=target, now=call.now)
    return {
        "userId": str(moved.user_id),
        "email": email,
        "fromWorkspaceId": str(source.workspace_id),
        "fromSubdomain": source.subdomain,
        "toWorkspaceId": str(target.workspace_id),
        "toSubdomain": target.subdomain,
        "userRestored": moved.restored,
    }


def _join(conn: Connection, call: Call, workspace: Workspace, body: UserIn) -> tuple[Any, UUID, bool]:
    name, email = _name(body.firstName, body.lastName), email_of(body.email)
    joined = join_member(conn, workspace, email=email, name=name, explicit=True, now=call.now)
    if body.engagementInitiatorPhone is not None:
        phone = phone_of(body.engagementInitiatorPhone)
        memberships.replace_engagement_phone(conn, workspace.workspace_id, joined.member_id, phone)
    return joined.member_id, joined.user_id, joined.new_member


def _name(first: str, last: str) -> str:
    return " ".join(f"{first} {last}".split())[:120]
