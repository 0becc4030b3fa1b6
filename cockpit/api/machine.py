"""What all machine routes share: who asks with which key, how often, and the form of every failure."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from cockpit.access import api_keys, credentials
from cockpit.access.limits import FAILURES, RateLimit
from cockpit.api.answers import Refused, refusal
from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError
from cockpit.ingestion.answered import Repeatable
from cockpit.model.hosts import subdomain_in
from cockpit.storage.api_keys import ApiKey, replace_key_used

KEPT_SECONDS = 2.0  # how long a revoked key may still work
MOST_KEPT = 10_000
USED_EVERY = timedelta(minutes=5)
READY = "ready"
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class MachineRoute(APIRoute):
    """A route whose errors are answered in the form of the interface."""

    def get_route_handler(self) -> Callable[[Request], object]:  # type: ignore[override]
        """The handler, with its errors told."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except CockpitError as error:
                return refusal(error)

        return told


class Keys:
    """Who may ask: keys that were looked up a moment ago are kept, so that a busy program costs no lookups."""

    def __init__(self, cockpit: Callable[[], Cockpit], rate: str, base_domain: str = "") -> None:
        """Check the keys of the open cockpit; `rate` is what each key may ask."""
        self._cockpit = cockpit
        self._base_domain = base_domain
        self._rate = RateLimit(rate, time.time)
        self._failures = RateLimit(FAILURES, time.time)
        self._kept: dict[str, tuple[float, ApiKey]] = {}

    async def allowed(self, request: Request, scope: str) -> ApiKey:
        """The key of a request, which may do this, in a workspace that is ready.

        At the host of another workspace it is as unknown as any other text.

        Raises:
            Refused: it may not, or not now.
        """
        address = request.client.host if request.client else ""
        if wait := self._failures.wait(address):
            raise _too_often("Too many wrong keys came from this address.", wait)
        key = await self._known(_bearer(request))
        here = subdomain_in(request.headers.get("host", ""), self._base_domain)
        if key is None or here not in (None, key.subdomain):
            self._failures.hit(address)
            raise Refused(401, "UNAUTHENTICATED", "Token invalid.")
        if wait := self._rate.hit(key.key_id.hex):
            raise _too_often("This key asks too often.", wait)
        if scope not in key.scopes:
            raise Refused(403, "FORBIDDEN_EXCEPTION", f"This key lacks the scope {scope}.")
        if key.workspace_status != READY:
            raise _not_ready(key.workspace_status)
        return key

    async def _known(self, text: str) -> ApiKey | None:
        digest = credentials.digest(text)
        until, key = self._kept.get(digest, (0.0, None))
        if key is not None and time.monotonic() < until:
            return key
        found = await asyncio.to_thread(self._find, text)
        if found is None:
            self._kept.pop(digest, None)
            return None
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[digest] = (time.monotonic() + KEPT_SECONDS, found)
        return found

    def _find(self, text: str) -> ApiKey | None:
        db, now = self._cockpit().db, datetime.now(UTC)
        credential = credentials.read(text, credentials.API_KEY)
        if credential is None:
            return None
        with db.read(credential.workspace_id) as conn:
            key = api_keys.find(conn, text)
        if key and (key.last_used_at is None or now - key.last_used_at > USED_EVERY):
            with db.write(key.workspace_id) as conn:
                replace_key_used(conn, key.workspace_id, key.key_id, now=now)
        return key


def _not_ready(status: str) -> Refused:
    """The same status either way: what is posted is to be posted again when somebody has helped."""
    if status == "pending":
        return Refused(503, "ServiceUnavailable", "This workspace is being set up.", headers={"retry-after": "5"})
    return Refused(503, "ServiceUnavailable", "This workspace could not be set up.", headers={"retry-after": "300"})


def repeatable(request: Request, body: bytes) -> Repeatable | None:
    """The key that makes a request repeatable, with the digest of what it asks."""
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    if not IDEMPOTENCY_KEY.fullmatch(given):
        raise Refused(400, "BadRequestException", "Idempotency-Key has 1 to 200 visible ASCII characters.")
    asked = f"{request.method} {request.scope['path']}?{request.scope['query_string'].decode('latin-1')}\n"
    return Repeatable(given, hashlib.sha256(asked.encode() + body).hexdigest())


def _bearer(request: Request) -> str:
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise Refused(403, "FORBIDDEN_EXCEPTION", "Missing authentication token")
    return text.strip()


def _too_often(sentence: str, wait: int) -> Refused:
    return Refused(429, "TooManyRequests", f"{sentence} Wait {wait} s.", headers={"retry-after": str(wait)})
