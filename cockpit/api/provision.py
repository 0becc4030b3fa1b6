"""`/auth/provision/*`: what the server of a host asks for, with its secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cockpit.access import login_tokens, move_user
from cockpit.access.join import email_of, join_member, phone_of
from cockpit.access.presets import INDUSTRY_PRESETS, check_preset
from cockpit.access.resolve import Wish, create_workspace, resolve
from cockpit.api.provision_call import Body, Call, Calls
from cockpit.bootstrap import Cockpit
from cockpit.errors import BadRequest, NotFound
from cockpit.ingestion.start import RULES
from cockpit.model.hosts import workspace_host
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage import memberships
from cockpit.storage.database import Connection
from cockpit.storage.members import list_members
from cockpit.storage.workspaces import (
    Workspace,
    delete_workspace,
    find_workspace,
    get_workspace,
    get_workspace_by_id,
    list_workspaces,
)

STATES = {"ready": "ACTIVE", "pending": "ONGOING_CREATION", "failed": "INACTIVE"}


class ResolveIn(Body):
    """Whose workspace."""

    email: str
    firstName: str = ""
    lastName: str = ""
    tenantSubdomain: str | None = None
    tenantDisplayName: str | None = None
    avatar: str | None = None


class UserIn(Body):
    """Who is to be in a workspace."""

    workspaceId: str
    email: str
    firstName: str = ""
    lastName: str = ""
    engagementInitiatorPhone: str | None = None
    avatar: str | None = None


class LoginIn(UserIn):
    """Who signs in, and on which page."""

    page: str | None = None


class OwnerIn(Body):
    """Who is to own a person."""

    workspaceId: str
    email: str | None = None
    engagementInitiatorPhone: str | None = None


class MoveIn(Body):
    """Who moves, from where, to where."""

    email: str
    fromWorkspaceId: str | None = None
    fromWorkspaceSubdomain: str | None = None
    toWorkspaceId: str | None = None
    toWorkspaceSubdomain: str | None = None
    firstName: str = ""
    lastName: str = ""
    avatar: str | None = None


class WorkspaceIn(Body):
    """A workspace by name, with its administrator."""

    adminEmail: str
    subdomain: str
    displayName: str | None = None
    industryPreset: str | None = None
    industryProfile: str | None = None


class Which(Body):
    """Which workspace, or which of them."""

    subdomain: str | None = None
    displayName: str | None = None
    activationStatus: str | None = None


def provision_routes(cockpit: Callable[[], Cockpit], settings: Settings) -> APIRouter:
    """The routes of provisioning."""
    router = APIRouter(prefix="/auth/provision")
    calls = Calls(cockpit, settings)

    def serve(method: str, path: str, scope: str, kind: type[Any], work: Callable[[Call, Any], Any]) -> None:
        async def endpoint(request: Request) -> Response:
            return await calls.answer(request, scope, kind, work)

        router.add_api_route(path, endpoint, methods=[method], include_in_schema=False, response_model=None)

    serve("POST", "/resolve", "sso", ResolveIn, do_resolve)
    serve("POST", "/login-token", "sso", LoginIn, lambda call, body: do_login(call, body, settings.base_domain))
    serve("POST", "/person-ownership-context", "sso", OwnerIn, do_owner)
    serve("POST", "/user", "provision", UserIn, do_user)
    serve("POST", "/move-user", "provision", MoveIn, do_move)
    serve("POST", "/workspace", "provision", WorkspaceIn, do_workspace)
    serve("GET", "/workspace", "provision", Which, do_lookup)
    serve("GET", "/workspaces", "provision", Which, do_list)
    serve("GET", "/industry-preset-catalog", "provision", Which, do_catalog)
    serve("DELETE", "/workspace", "destroy", Which, do_delete)
    return router


def do_resolve(call: Call, body: ResolveIn) -> dict[str, Any]:
    """Find or make workspace and user."""
    may_create = "provision" in call.secret.scopes
    name = _name(body.firstName, body.lastName)
    wish = Wish(email_of(body.email), name, body.tenantSubdomain, body.tenantDisplayName, may_create)
    with call.cockpit.db.write() as conn:
        found = resolve(conn, wish, rules=RULES, now=call.now)
    return {
        "workspaceId": str(found.workspace.workspace_id),
        "userId": str(found.user_id),
        "subdomain": found.workspace.subdomain,
        "wasCreated": {"workspace": found.new_workspace, "user": found.new_user},
    }


def do_login(call: Call, body: LoginIn, base_domain: str) -> dict[str, Any]:
    """A token for one sign-in."""
    with call.cockpit.db.write() as conn:
        workspace = _by_id(conn, body.workspaceId)
        joined = _join(conn, call, workspace, body)
        host = workspace_host(call.host, workspace.subdomain, base_domain)
        token = login_tokens.mint(conn, workspace, joined[0], host=host, page=body.page, now=call.now)
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
    with call.cockpit.db.write() as conn:
        workspace = _by_id(conn, body.workspaceId)
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
    return {"workspaceMemberId": str(member_id), "displayName": names[member_id]}


def do_user(call: Call, body: UserIn) -> dict[str, Any]:
    """Add a user to a workspace."""
    with call.cockpit.db.write() as conn:
        workspace = _by_id(conn, body.workspaceId)
        member_id, user_id, new = _join(conn, call, workspace, body)
    about = {"workspaceId": str(workspace.workspace_id), "subdomain": workspace.subdomain}
    return {**about, "userId": str(user_id), "workspaceMemberId": str(member_id), "wasCreated": new}


def do_move(call: Call, body: MoveIn) -> dict[str, Any]:
    """Move a membership."""
    email, name = email_of(body.email), _name(body.firstName, body.lastName)
    with call.cockpit.db.write() as conn:
        source = _named(conn, body.fromWorkspaceId, body.fromWorkspaceSubdomain)
        target = _named(conn, body.toWorkspaceId, body.toWorkspaceSubdomain)
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


def do_workspace(call: Call, body: WorkspaceIn) -> dict[str, Any]:
    """Make a workspace, or find it and its administrator."""
    email, preset = email_of(body.adminEmail), check_preset(body.industryPreset, body.industryProfile)
    with call.cockpit.db.write() as conn:
        found = find_workspace(conn, body.subdomain)
        if found is not None:
            join_member(conn, found, email=email, name="", explicit=True, now=call.now)
            return {**_view(found), "wasCreated": False}
        login = memberships.get_login(conn, email=email, name=email, now=call.now)
        if memberships.list_memberships(conn, login.user_id):
            raise BadRequest("This user belongs to another workspace: use move-user.")
        memberships.replace_login_deleted(conn, login.user_id, None)
        made = create_workspace(
            conn,
            subdomain=body.subdomain,
            name=body.displayName or body.subdomain,
            admin_email=email,
            admin_name="",
            rules=RULES,
            now=call.now,
            settings=preset,
        )
    return {**_view(made), "wasCreated": True}


def do_lookup(call: Call, which: Which) -> dict[str, Any]:
    """A workspace by its subdomain or name."""
    with call.cockpit.db.read() as conn:
        if which.subdomain is not None:
            return _view(get_workspace(conn, which.subdomain))
        named = [one for one in list_workspaces(conn) if one.name == which.displayName]
    if len(named) > 1:
        raise BadRequest("Several workspaces have this name: ask by subdomain.")
    if not named:
        raise NotFound("There is no such workspace.")
    return _view(named[0])


def do_list(call: Call, which: Which) -> dict[str, Any]:
    """All workspaces in a state."""
    with call.cockpit.db.read() as conn:
        views = [_view(one) for one in list_workspaces(conn)]
        for view in views:
            members = list_members(conn, WorkspaceId(UUID(view["workspaceId"])))
            view["adminEmail"] = next((one.email for one in members if one.role == "admin"), None)
            view["hubSyncMemberEmails"] = [one.email for one in members]
    wanted = which.activationStatus
    return {"workspaces": [view for view in views if wanted in (None, view["activationStatus"])]}


def do_catalog(_: Call, __: Which) -> dict[str, Any]:
    """The presets."""
    return {
        "presets": [
            {"industryPreset": one.key, "label": one.label, "profiles": list(one.profiles)} for one in INDUSTRY_PRESETS
        ]
    }


def do_delete(call: Call, which: Which) -> dict[str, Any]:
    """Delete a workspace with everything in it."""
    if which.subdomain is None:
        raise BadRequest("Give subdomain.")
    with call.cockpit.db.write() as conn:
        found = get_workspace(conn, which.subdomain)
        users = [one.user_id for one in list_members(conn, found.workspace_id) if one.user_id]
        delete_workspace(conn, found.workspace_id)
        memberships.delete_no_memberships(conn, tuple(users), call.now)
    return {"deleted": True, "workspaceId": str(found.workspace_id), "subdomain": found.subdomain}


def _join(conn: Connection, call: Call, workspace: Workspace, body: UserIn) -> tuple[Any, UUID, bool]:
    name, email = _name(body.firstName, body.lastName), email_of(body.email)
    joined = join_member(conn, workspace, email=email, name=name, explicit=True, now=call.now)
    if body.engagementInitiatorPhone is not None:
        phone = phone_of(body.engagementInitiatorPhone)
        memberships.replace_engagement_phone(conn, workspace.workspace_id, joined.member_id, phone)
    return joined.member_id, joined.user_id, joined.new_member


def _named(conn: Connection, workspace_id: str | None, subdomain: str | None) -> Workspace:
    if workspace_id is not None:
        return _by_id(conn, workspace_id)
    if subdomain is None:
        raise BadRequest("Name both workspaces, by id or by subdomain.")
    return get_workspace(conn, subdomain)


def _by_id(conn: Connection, text: str) -> Workspace:
    try:
        return get_workspace_by_id(conn, WorkspaceId(UUID(text)))
    except ValueError as error:
        raise BadRequest("workspaceId must be a UUID.") from error


def _view(workspace: Workspace) -> dict[str, Any]:
    hub = workspace.settings.get("hub") or {}
    return {
        "workspaceId": str(workspace.workspace_id),
        "subdomain": workspace.subdomain,
        "displayName": workspace.name,
        "activationStatus": STATES.get(workspace.status or "ready", "INACTIVE"),
        "industryPreset": workspace.settings.get("industry_preset"),
        "industryProfile": workspace.settings.get("industry_profile"),
        "hubConnected": bool(hub.get("api_key")),
        "assignedDomain": hub.get("domain"),
    }


def _name(first: str, last: str) -> str:
    return " ".join(f"{first} {last}".split())[:120]
