"""One call of a provisioning route: who may make it, its body, its audit row, its errors as JSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from cockpit.access.avatar_queue import AvatarQueue
from cockpit.access.limits import FAILURES, RateLimit
from cockpit.access.provision import Secret, find_secret, read_secrets
from cockpit.api.answers import Refused, answer, refusal
from cockpit.api.json_body import read_json
from cockpit.bootstrap import Cockpit
from cockpit.errors import BadRequest, CockpitError
from cockpit.model.hosts import subdomain_in
from cockpit.settings import Settings
from cockpit.storage import memberships


class Body(BaseModel):
    """A body: nothing in it that the route does not know; empty texts count as left out."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, str_max_length=500)


@dataclass(frozen=True, slots=True)
class Call:
    """What a route works with."""

    cockpit: Cockpit
    secret: Secret
    settings: Settings
    host: str
    scheme: str | None  # https where the request came so; else what its host name says
    now: datetime


class Calls:
    """Answers calls: secret first, then the body, then the work; every call is written down."""

    def __init__(self, cockpit: Callable[[], Cockpit], settings: Settings, avatars: AvatarQueue) -> None:
        """Read the secrets once."""
        self._cockpit = cockpit
        self._settings = settings
        self._avatars = avatars
        self._secrets = read_secrets(settings.provisioning_secret, settings.provisioning_secrets)
        self._failures = RateLimit(FAILURES, time.time)

    async def answer(
        self, request: Request, scope: str, kind: type[Any], work: Callable[[Call, Any], Mapping[str, Any]]
    ) -> Response:
        """Do the work of a route for whoever may ask for it."""
        host = request.headers.get("host", "")
        secret = find_secret(self._secrets, request.headers.get("authorization", "").encode())
        given: dict[str, Any] = {}
        try:
            if subdomain_in(host, self._settings.base_domain) is not None:
                raise Refused(404, "NotFoundException", "There is nothing here.")
            if secret is None:
                self._refuse(request)
            if scope not in secret.scopes:
                raise Refused(403, "ForbiddenException", f"This secret lacks the scope {scope}.")
            given = dict(request.query_params) if request.method in ("GET", "DELETE") else await _body(request)
            scheme = "https" if request.url.scheme == "https" else None
            call = Call(self._cockpit(), secret, self._settings, host, scheme, datetime.now(UTC))
            body = _checked(kind, given)
            if avatar := given.get("avatar"):
                self._avatars.check(avatar)
            result = await run_in_threadpool(work, call, body)
            if avatar:  # fetched later: nobody waits for a picture, nor goes without a sign-in for want of it
                await run_in_threadpool(self._avatars.want, UUID(result["userId"]), avatar, call.now)
            response, fault = answer(200, result), None
        except CockpitError as error:
            response, fault = refusal(error), str(error)
            result = {}
        if secret is not None or response.status_code == 401:  # strangers fill the audit up to the limit only
            await run_in_threadpool(self._write_down, request, secret, {**given, **result}, response.status_code, fault)
        return response

    def _refuse(self, request: Request) -> NoReturn:
        wait = self._failures.hit(request.client.host if request.client else "")
        if wait is not None:
            raise Refused(429, "TooManyRequests", "Too many wrong secrets.", headers={"retry-after": str(wait)})
        raise Refused(401, "UnauthorizedException", "The secret is missing or wrong.")

    def _write_down(
        self, request: Request, secret: Secret | None, about: Mapping[str, Any], status: int, fault: str | None
    ) -> None:
        call = memberships.Call(
            uuid4(),
            datetime.now(UTC),
            f"{request.method} {request.url.path}",
            secret.name if secret else "(wrong)",
            _uuid(about.get("workspaceId") or about.get("toWorkspaceId")),
            _shown(about.get("email") or about.get("adminEmail") or "") or None,
            status,
            fault and fault[:300],
        )
        # all workspaces: the audit belongs to the server
        with self._cockpit().db.write() as conn:
            memberships.insert_audit(conn, call)


async def _body(request: Request) -> dict[str, Any]:
    value, _ = await read_json(request)
    if not isinstance(value, dict):
        raise BadRequest("The body must be a JSON object.")
    return {name: one for name, one in value.items() if one not in ("", None)}


def _checked(kind: type[Body], given: Mapping[str, Any]) -> Body:
    if any("\0" in one for one in given.values() if isinstance(one, str)):
        raise BadRequest("A text has a NUL character.")
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc']))[:60]}: {one['msg']}" for one in error.errors()]
        raise Refused(400, "BadRequestException", *faults[:20]) from error


def _shown(text: Any) -> str:
    """What a caller wrote, as any database takes it."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(text)[:320])


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
