"""The two cookies of a sign-in: one for the whole cockpit, one that lives inside the frame of a host."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

FULL: Final = "cockpit_session"
# The prefix makes browsers insist on Secure, this very host and the whole of it.
EMBED: Final = "__Host-cockpit_embed"


def cookie_in(headers: Mapping[str, str], name: str) -> str:
    """The value of a cookie; empty without one."""
    try:
        jar = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def keep_full(answer: Response, request: Request, value: str, seconds: int) -> None:
    """Sign the browser in to the whole cockpit."""
    answer.set_cookie(FULL, value, max_age=seconds, httponly=True, samesite="lax", secure=is_secure(request))


def keep_embedded(answer: Response, value: str, seconds: int) -> None:
    """Sign the browser in inside this frame only; browsers keep it per host page, and over https alone."""
    answer.headers.append(
        "set-cookie", f"{EMBED}={value}; Max-Age={seconds}; Path=/; HttpOnly; Secure; SameSite=None; Partitioned"
    )


def drop(answer: Response, name: str) -> None:
    """Take a cookie back."""
    flags = "Secure; SameSite=None; Partitioned" if name == EMBED else "SameSite=Lax"
    answer.headers.append("set-cookie", f"{name}=; Max-Age=0; Path=/; HttpOnly; {flags}")


def is_secure(request: Request) -> bool:
    """Whether the browser speaks https, also where a proxy ends it."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")
