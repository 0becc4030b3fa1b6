"""`GET /crm/sso`: one call of a host for one sign-in of one of its users; `/auth/provision/*` is the same in two.

The host names its user beside its secret, or sends the user's own Clerk session, which needs no secret.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from cockpit.access import login_tokens
from cockpit.access.avatar_queue import AvatarQueue
from cockpit.access.clerk import Clerk
from cockpit.access.join import email_of
from cockpit.access.limits import FAILURES, RateLimit
from cockpit.access.outsiders import let_in
from cockpit.access.pages import check_page
from cockpit.access.resolve import Wish, resolve
from cockpit.access.signed_tokens import TokenRefused
from cockpit.api.answers import Refused, answer, refusal
from cockpit.api.provision_bodies import LoginIn
from cockpit.api.provision_call import Body, Call, Calls
from cockpit.api.provision_users import do_login
from cockpit.bootstrap import Cockpit
from cockpit.errors import BadRequest, CockpitError
from cockpit.ingestion.start import RULES
from cockpit.model.hosts import subdomain_in, workspace_host
from cockpit.settings import Settings
from cockpit.storage import memberships
from cockpit.storage.workspaces import get_workspace

FIELDS: Final = ("url", "loginToken", "expiresAt", "workspaceId", "subdomain", "userId", "page")
TOKEN: Final = re.compile(r"eyJ[^.]*\.[^.]*\.[^.]*\Z")  # `{"` in base64: no secret of ours begins so
OF_CLERK: Final = frozenset({"tenant", "page", "avatar"})


class SsoIn(Body):
    """Whom the host has signed in, and where they want to go."""

    email: str
    firstName: str = ""
    lastName: str = ""
    tenant: str | None = None
    page: str | None = None
    avatar: str | None = None


def host_sso_routes(
    cockpit: Callable[[], Cockpit], settings: Settings, avatars: AvatarQueue, clerk: Clerk | None
) -> APIRouter:
    """The one route."""
    router = APIRouter()
    calls, sessions = Calls(cockpit, settings, avatars), ClerkCalls(cockpit, settings, avatars)

    @router.get("/crm/sso", include_in_schema=False)
    async def sso(request: Request) -> Response:
        """An address that signs one user in, once, within a minute."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if clerk is not None and kind.lower() == "bearer" and TOKEN.match(token.strip()):
            return await run_in_threadpool(sessions.answer, request, clerk, token.strip())
        return await calls.answer(request, "sso", SsoIn, do_sso)

    return router


def do_sso(call: Call, body: SsoIn) -> dict[str, Any]:
    """Find the workspace of a user and make a login token; a workspace that a host names must be there."""
    page, email, tenant = check_page(body.page or None), email_of(body.email), body.tenant or None
    name = " ".join(f"{body.firstName} {body.lastName}".split())[:120]
    if tenant is not None:
        # all workspaces: the host names one
        with call.cockpit.db.read() as conn:
            get_workspace(conn, tenant)
    may_create = tenant is None and "provision" in call.secret.scopes
    found = resolve(call.cockpit.db, Wish(email, name, tenant, may_create=may_create), rules=RULES, now=call.now)
    here = str(found.workspace.workspace_id)
    return _fields(do_login(call, LoginIn(workspaceId=here, email=email, page=page)))


class ClerkCalls:
    """Answers calls that bring the Clerk session of the user instead of a secret."""

    def __init__(self, cockpit: Callable[[], Cockpit], settings: Settings, avatars: AvatarQueue) -> None:
        """Count failures from now on."""
        self._cockpit = cockpit
        self._settings = settings
        self._avatars = avatars
        self._failures = RateLimit(FAILURES, time.time)

    def answer(self, request: Request, clerk: Clerk, token: str) -> Response:
        """The fields of a sign-in, or why not."""
        about: dict[str, Any] = {}
        try:
            if subdomain_in(request.headers.get("host", ""), self._settings.base_domain) is not None:
                raise Refused(404, "NotFoundException", "There is nothing here.")
            about = self._signed_in(request, clerk, token)
            response, fault = answer(200, about), None
        except TokenRefused as error:
            response, fault = refusal(self._counted(request)), error.reason
        except CockpitError as error:
            response, fault = refusal(error), str(error)
        if response.status_code != 429:
            self._write_down(about, response.status_code, fault)
        return response

    def _signed_in(self, request: Request, clerk: Clerk, token: str) -> dict[str, Any]:
        query, cockpit, now = request.query_params, self._cockpit(), datetime.now(UTC)
        outsider = clerk.identify(token, now=now.timestamp())
        if set(query) - OF_CLERK or any("\0" in value for value in query.values()):
            raise BadRequest("With a Clerk session there are tenant, page and avatar only: the session says who it is.")
        page, avatar = check_page(query.get("page") or None), query.get("avatar")
        if avatar:
            self._avatars.check(avatar)
        # all workspaces: which one is theirs is the question
        with cockpit.db.write() as conn:
            arrived = let_in(conn, outsider, query.get("tenant") or None, now=now)
            here, member_id = arrived.workspace, arrived.joined.member_id
            host = workspace_host(request.headers.get("host", ""), here.subdomain, self._settings.base_domain)
            scheme = "https" if request.url.scheme == "https" else None
            made = login_tokens.mint(conn, here, member_id, host=host, page=page, now=now, scheme=scheme)
        if avatar:
            self._avatars.want(arrived.joined.user_id, avatar, now)
        known = {"url": made.url, "loginToken": made.text, "expiresAt": made.expires_at.isoformat()}
        known |= {"workspaceId": str(here.workspace_id), "subdomain": here.subdomain}
        return _fields({**known, "userId": str(arrived.joined.user_id), "page": page})

    def _counted(self, request: Request) -> Refused:
        wait = self._failures.hit(request.client.host if request.client else "")
        if wait is None:
            return Refused(401, "UnauthorizedException", "The secret is missing or wrong.")
        return Refused(429, "TooManyRequests", "Too many wrong secrets.", headers={"retry-after": str(wait)})

    def _write_down(self, about: Mapping[str, Any], status: int, fault: str | None) -> None:
        workspace_id = UUID(about["workspaceId"]) if about else None
        call = memberships.Call(
            uuid4(), datetime.now(UTC), "GET /crm/sso", "(clerk)", workspace_id, None, status, fault and fault[:300]
        )
        # all workspaces: the audit of provisioning is the operator's
        with self._cockpit().db.write() as conn:
            memberships.insert_audit(conn, call)


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in FIELDS if given.get(name) is not None}
