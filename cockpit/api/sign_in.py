"""The sign-in page with the ways that are offered; a one-time code becomes a cookie. Opening it changes nothing."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from cockpit.api.clerk import session_cookies
from cockpit.api.cookies import keep_full
from cockpit.api.pages_html import page_html
from cockpit.api.sessions import COOKIE, SESSION_SECONDS, Sessions
from cockpit.api.sign_in_ways import Ways, own_path

LEAVE = """<h1>Log out</h1><p>This ends your session in every window.</p>
<form method="post" action="/sign-out"><button>Log out</button></form>"""

ENDED = """<h1>Sign in</h1><p>Your session has ended, or the browser keeps no cookie for this frame.
Open this page again from your app. <a href="/self-test" target="_self">What is wrong?</a></p>"""

WRONG = '<p role="alert">This code is not valid: it is wrong, older than 15 minutes or already used.</p>'


def sign_in_routes(sessions: Sessions, ways: Ways) -> APIRouter:
    """The sign-in page, its form, and sign-out."""
    router = APIRouter()

    @router.get("/sign-in")
    def show(request: Request, code: str = "", next: str = "/cockpit") -> HTMLResponse:
        """Show the form; a mail scanner that follows the link uses nothing up."""
        if request.headers.get("sec-fetch-dest") == "iframe":
            return HTMLResponse(page_html("Sign in", ENDED))
        return _page(request, ways, code=code, then=next)

    @router.post("/sign-in")
    async def sign_in(request: Request, next: str = "/cockpit") -> Response:
        """Trade the code for a cookie."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        cookie = sessions.redeem(form.get("code", [""])[0].strip())
        if cookie is None:
            return _page(request, ways, code="", then=next, fault=WRONG, status=401)
        answer = RedirectResponse(own_path(next), status_code=303)
        keep_full(answer, request, cookie, SESSION_SECONDS)
        return answer

    @router.get("/sign-out")
    def ask() -> HTMLResponse:
        """Ask first: a link alone signs nobody out."""
        return HTMLResponse(page_html("Log out", LEAVE))

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        """End the session in every window."""
        sessions.end(request.headers)
        answer = RedirectResponse("/sign-in", status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    return router


def _page(request: Request, ways: Ways, *, code: str, then: str, fault: str = "", status: int = 200) -> HTMLResponse:
    has_clerk_cookie = bool(session_cookies(request.headers))
    parts = ways.parts(then=own_path(then), code=code, fault=fault, has_clerk_cookie=has_clerk_cookie)
    return HTMLResponse(page_html("Sign in", f"<h1>Sign in</h1>{parts}"), status_code=status)
