"""`POST /sign-in/clerk`: the session token of Clerk, from its cookie or as a bearer, becomes a session of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from cockpit.access.clerk import Clerk
from cockpit.access.outsiders import Outsider
from cockpit.access.signed_tokens import TokenRefused
from cockpit.api.arrivals import Arrivals
from cockpit.api.sign_in_ways import own_path

COOKIE: Final = re.compile(r"__session(?:_[A-Za-z0-9_-]{1,16})?", re.ASCII)
MOST = 4  # instances of Clerk whose cookies one browser may hold


def clerk_routes(arrivals: Arrivals, clerk: Clerk) -> APIRouter:
    """The route; without Clerk in the settings it is not there."""
    router = APIRouter()

    @router.post("/sign-in/clerk", include_in_schema=False)
    def sign_in(request: Request, next: str = "/cockpit") -> Response:
        """Trade a session of Clerk for one of ours."""
        tokens = bearer_or_cookies(request.headers)
        return arrivals.answer(
            request, lambda: identify(clerk, tokens, now=arrivals.sessions.clock()), where=own_path(next)
        )

    return router


def identify(clerk: Clerk, tokens: tuple[str, ...], *, now: float) -> Outsider:
    """Who the first good token is of; a browser may hold cookies of several instances of Clerk.

    Raises:
        TokenRefused: none of them is good.
    """
    refused = TokenRefused("no token")
    for token in tokens:
        try:
            return clerk.identify(token, now=now)
        except TokenRefused as error:
            refused = error
    raise refused


def bearer_or_cookies(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The token in the header `Authorization`, else those of Clerk's cookies."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    return (token.strip(),) if kind.lower() == "bearer" else session_cookies(headers)


def session_cookies(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The values of the cookies in which Clerk keeps a session."""
    try:
        jar = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ()
    return tuple(one.value for name, one in jar.items() if COOKIE.fullmatch(name) and one.value)[:MOST]
