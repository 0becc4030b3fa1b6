"""The gate: plain ASGI around FastAPI and Streamlit alike, websockets included.

Order: host, size, trusted headers, session, origin, route policy; one wrapper adds the headers of every answer.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
from collections.abc import Mapping
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cockpit.api.framing import Framing
from cockpit.api.headers import security_headers
from cockpit.api.policy import Policy, policy_of
from cockpit.api.sessions import Sessions, is_loopback
from cockpit.errors import CockpitError
from cockpit.model.hosts import host_name, subdomain_in
from cockpit.model.principals import MODE_HEADER, PRINCIPAL_HEADER, TRUSTED_HEADERS, Identity

LARGEST_BODY = 25 * 1024 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

PRIVATE_READS = ("/exports/", "/media/", "/avatars/")
KEPT_BY_BROWSER = ("/static/", "/favicon")
RECHECK_SECONDS = 1.5  # with what `Kept` keeps, an ended session loses its open sockets within four seconds


class Gate:
    """Lets a request through to the app, or answers it."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        """Wrap `app`; `sessions` says who is who."""
        self.app = app
        self.sessions = sessions
        self.hosts = allowed_hosts(sessions)
        self.framing = Framing(sessions.cockpit, sessions.settings.base_domain)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one connection and hand it on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        identity = await self._identify(scope, headers, anew=_writes(scope))
        answer = Answer(scope, send, await self._security_headers(scope, headers, identity))
        refusal = self._refusal(scope, headers, identity)
        if refusal:
            await answer.refuse(*refusal)
            return
        is_socket = scope["type"] == "websocket"
        guarded = self._rechecked(scope, headers, identity, receive, send) if is_socket else _limited(receive)
        await self.app(_with_identity(scope, identity), guarded, answer.send)

    async def _identify(self, scope: Scope, headers: Mapping[str, str], *, anew: bool = False) -> Identity | None:
        """Who comes; nobody when the database does not answer."""
        client = scope["client"][0] if scope.get("client") else None
        try:
            return await self.sessions.identify_async(headers, client, anew=anew)
        except CockpitError:
            return None

    async def _security_headers(
        self, scope: Scope, headers: Mapping[str, str], identity: Identity | None
    ) -> list[tuple[bytes, bytes]]:
        """Our headers; only what a browser may show in a frame needs to know whose frame."""
        shown = scope["type"] == "http" and not scope["path"].startswith(KEPT_BY_BROWSER)
        ours = shown and self._is_our_host(headers.get("host", ""))
        origins = await self.framing.origins(scope, headers.get("host", ""), identity) if ours else ()
        return list(security_headers(origins))

    def _refusal(self, scope: Scope, headers: Mapping[str, str], identity: Identity | None) -> tuple[int, str] | None:
        """The status and sentence with which to answer, or None to let it through."""
        path, policy = scope["path"], policy_of(scope["path"])
        writes = _writes(scope)
        if policy is Policy.KEY:
            return self._unusable(headers)
        if policy is Policy.CLOSED:
            return self._unusable(headers) or (404, "There is nothing here.")
        if (writes or path.startswith(PRIVATE_READS)) and not _same_origin(scope, headers, writes=writes):
            return self._unusable(headers) or (403, "This request came from another site.")
        known = identity is not None or policy is Policy.PUBLIC
        return self._unusable(headers) or (None if known else _send_to_sign_in(scope, headers))

    def _unusable(self, headers: Mapping[str, str]) -> tuple[int, str] | None:
        """What is wrong with a request whoever sends it."""
        if not self._is_our_host(headers.get("host", "")):
            return 400, "This address is not one of ours."
        return (413, "That is more than 25 MB.") if _too_large(headers) else None

    def _is_our_host(self, host: str) -> bool:
        name, base = host_name(host), self.sessions.settings.base_domain
        if name in self.hosts or is_loopback(name) or subdomain_in(host, base):
            return True
        # An address, unlike a name, cannot be pointed at us by somebody else's DNS.
        return not self.sessions.open_to_owner and _is_address(name)

    def _rechecked(
        self, scope: Scope, headers: Mapping[str, str], opened_by: Identity | None, receive: Receive, send: Send
    ) -> Receive:
        """End an open socket soon after its session has ended; no message of it is handed on after that.

        Another cookie of the same browser keeps it open for nobody else: whoever opened it must still be there.
        """
        waiting: asyncio.Task[Message] | None = None

        async def checked() -> Message:
            nonlocal waiting
            while True:
                waiting = waiting or asyncio.ensure_future(receive())
                done, _ = await asyncio.wait({waiting}, timeout=RECHECK_SECONDS)
                message = waiting.result() if done else None
                waiting = None if done else waiting
                if message and message["type"] != "websocket.receive":
                    return message
                now_here = await self._identify(scope, headers, anew=message is not None)
                if now_here is None or now_here != opened_by:
                    await send({"type": "websocket.close", "code": 1008})
                    return {"type": "websocket.disconnect", "code": 1008}
                if message:
                    return message

        return checked


class Answer:
    """What goes back: the app's own answer with our headers, or a refusal."""

    def __init__(self, scope: Scope, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        """Answer the request of `scope`."""
        self.scope = scope
        self._send = send
        self._headers = headers + self._by_path()

    async def send(self, message: Message) -> None:
        """Pass a message on, with the security headers on a response that starts."""
        if message["type"] == "http.response.start":
            ours = {name for name, _ in self._headers}
            theirs = [(name, value) for name, value in message.get("headers", []) if name.lower() not in ours]
            message = {**message, "headers": theirs + self._headers}
        await self._send(message)

    async def refuse(self, status: int, text: str) -> None:
        """Answer without asking the app; before accept, closing a websocket answers 403."""
        if self.scope["type"] == "websocket":
            await self._send({"type": "websocket.close", "code": 1008})
            return
        headers = [(b"content-type", b"application/json")]
        body = json.dumps({"statusCode": status, "error": text, "messages": [text]}).encode()
        if status == 303:
            headers, body = [(b"location", text.encode("latin-1", "replace"))], b""
        headers.append((b"content-length", str(len(body)).encode()))
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    def _by_path(self) -> list[tuple[bytes, bytes]]:
        extra = [] if self.scope["path"].startswith(KEPT_BY_BROWSER) else [(b"cache-control", b"no-store")]
        if self.scope.get("scheme") in ("https", "wss"):
            extra.append((b"strict-transport-security", b"max-age=31536000"))
        return extra


def allowed_hosts(sessions: Sessions) -> frozenset[str]:
    """The names we answer to, besides the loopback names."""
    settings = sessions.settings
    named = [name.strip().lower() for name in settings.allowed_hosts.split(",") if name.strip()]
    own = [] if sessions.open_to_owner else [socket.gethostname().lower(), socket.getfqdn().lower()]
    base = [settings.base_domain.strip().lower()] if settings.base_domain else []
    return frozenset([*named, *own, *base, settings.host.lower()])


def _with_identity(scope: Scope, identity: Identity | None) -> Scope:
    """The scope without any identity the client claims, and with the one we know."""
    # Streamlit and Starlette read `_` and `-` apart, proxies and WSGI do not: drop both spellings.
    headers = [
        (k, v) for k, v in scope["headers"] if k.decode("latin-1").lower().replace("_", "-") not in TRUSTED_HEADERS
    ]
    if identity and policy_of(scope["path"]) is not Policy.KEY:
        headers += [(PRINCIPAL_HEADER.encode(), identity.principal.encode())]
        headers += [(MODE_HEADER.encode(), identity.mode.encode())]
    return {**scope, "headers": headers}


def _limited(receive: Receive) -> Receive:
    """Count the bytes that really come; a chunked body announces none."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= LARGEST_BODY else {"type": "http.disconnect"}

    return counted


def _writes(scope: Scope) -> bool:
    """Whether this may change something: what is asked of it counts now, not two seconds ago."""
    return scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS


def _too_large(headers: Mapping[str, str]) -> bool:
    length = headers.get("content-length", "0")
    return not length.isascii() or not length.isdigit() or int(length) > LARGEST_BODY


def _send_to_sign_in(scope: Scope, headers: Mapping[str, str]) -> tuple[int, str]:
    """A browser that opens a page is shown the way in; a program is told."""
    opens = headers.get("sec-fetch-mode") == "navigate" or "text/html" in headers.get("accept", "")
    if opens and scope["type"] == "http" and scope["method"] == "GET":
        return 303, "/sign-in?next=" + quote(scope["path"])
    return 401, "Sign in first."


def _same_origin(scope: Scope, headers: Mapping[str, str], *, writes: bool) -> bool:
    """Whether our own page sent this; a browser always names the origin of what it writes."""
    origin = headers.get("origin")
    if origin is None:
        # Typed addresses and downloads by other programs name no site at all.
        return not writes and headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    scheme, _, name = origin.lower().partition("://")
    # Behind a proxy that ends TLS the browser says https and we see http; the other way round is a downgrade.
    secure = scope["scheme"] in ("https", "wss")
    return name == headers.get("host", "").lower() and (scheme == "https" or (scheme == "http" and not secure))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
