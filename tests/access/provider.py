"""A small OpenID provider over real HTTP: it keeps codes, checks the client and PKCE, and signs what the test wants."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from tests.access.servers import Server, send, serving
from tests.access.signing import b64, key_set, rsa_key, signed

CLIENT = "cockpit client/1"
SECRET = "s3cret:&="  # noqa: S105 - made up
USER = {"email": "eva@example.com", "email_verified": True, "name": "Eva Provider"}


@dataclass
class Provider:
    """Its user, and whatever the test wants to be wrong."""

    user: dict[str, Any] = field(default_factory=lambda: dict(USER))
    twist: Callable[[dict[str, Any]], dict[str, Any]] = field(default=lambda claims: claims)
    sign: Callable[[dict[str, Any]], str] = field(default=signed)
    document: dict[str, Any] = field(default_factory=dict)
    at_userinfo: dict[str, Any] | None = None  # given: the address is there and not in the token
    secret: str | None = SECRET  # None: a public client
    token_status: int = 200
    token_extra: dict[str, Any] = field(default_factory=dict)
    keys: bytes = field(default_factory=lambda: key_set("key-1"))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)  # what was asked of the token endpoint
    server: Server = field(init=False)

    @property
    def issuer(self) -> str:
        return self.server.url("/realm")

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        address = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        path = address.path.removeprefix("/realm")
        if path == "/.well-known/openid-configuration":
            self._json(handler, self._described())
        elif path == "/keys":
            send(handler, self.keys)
        elif path == "/authorize":
            self._authorize(handler, query)
        elif path == "/token" and handler.command == "POST":
            self._token(handler, form)
        elif path == "/userinfo":
            given = handler.headers.get("authorization", "")
            self._json(handler, self.at_userinfo or {}, 200 if given == "Bearer access-1" else 401)
        else:
            send(handler, b"", 404)

    def _described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "authorization_response_iss_parameter_supported": True,
            **self.document,
        }

    def _authorize(self, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        """Whoever comes is signed in already: straight back, with a code."""
        wanted = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
        if any(query.get(name) != value for name, value in wanted.items()) or "openid" not in query["scope"].split():
            send(handler, b"", 400)
            return
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        back = urlencode({"code": code, "state": query["state"], "iss": self.issuer})
        send(handler, b"", 302, location=f"{query['redirect_uri']}?{back}")

    def _token(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        self.seen.append(form.get("code", ""))
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or not self._knows(handler, form)
            or b64(digest) != asked["code_challenge"]
            or form.get("redirect_uri") != asked["redirect_uri"]
            or form.get("grant_type") != "authorization_code"
        ):
            self._json(handler, {"error": "invalid_grant"}, 400)
            return
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "user-1", "aud": CLIENT, "exp": now + 300, "iat": now}
        claims |= {"nonce": asked["nonce"], "at_hash": at_hash("access-1"), **self.user}
        answer = {"access_token": "access-1", "token_type": "Bearer", "id_token": self.sign(self.twist(claims))}
        self._json(handler, {**answer, **self.token_extra}, self.token_status)

    def _knows(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> bool:
        kind, _, given = handler.headers.get("authorization", "").partition(" ")
        if kind == "Basic":
            name, _, secret = base64.b64decode(given).decode().partition(":")
            return (unquote_plus(name), unquote_plus(secret)) == (CLIENT, self.secret) and "client_secret" not in form
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, self.secret)

    def _json(self, handler: BaseHTTPRequestHandler, body: object, status: int = 200) -> None:
        send(handler, json.dumps(body).encode(), status, content_type="application/json")


def at_hash(token: str) -> str:
    return b64(hashlib.sha256(token.encode()).digest()[:16])


@contextmanager
def providing(**values: Any) -> Iterator[Provider]:
    """A provider until the block ends."""
    rsa_key()  # made now, not within the time limit of a fetch
    provider = Provider(**values)
    with serving(provider.answer) as server:
        provider.server = server
        yield provider
