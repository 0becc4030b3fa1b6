"""Sign-in for one machine: a one-time code becomes a cookie. Opening the page changes nothing; only its form does."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from cockpit.api.cookies import keep_full
from cockpit.api.pages_html import page_html
from cockpit.api.sessions import COOKIE, SESSION_SECONDS, Sessions

FORM = """<h1>Sign in</h1><p>Use the code that <code>cockpit serve</code> printed when it started,
or make one with <code>cockpit sign-in</code>.</p>{fault}<form method="post" action="/sign-in?next={next}">
<label for="code">Sign-in code</label><input id="code" name="code" value="{code}" autocomplete="one-time-code" required>
<button>Sign in</button></form>"""
LEAVE = """<h1>Log out</h1><p>This ends your session in every window.</p>
<form method="post" action="/sign-out"><button>Log out</button></form>"""

ENDED = """<h1>Sign in</h1><p>Your session has ended, or the browser keeps no cookie for this frame.
Open this page again from your app. <a href="/self-test" target="_self">What is wrong?</a></p>"""

WRONG = '<p role="alert">This code is not valid: it is wrong, older than 15 minutes or already used.</p>'


def sign_in_routes(sessions: Sessions) -> APIRouter:
    """The sign-in page, its form, and sign-out."""
    router = APIRouter()

    @router.get("/sign-in")
    def show(request: Request, code: str = "", next: str = "/cockpit") -> HTMLResponse:
        """Show the form; a mail scanner that follows the link uses nothing up."""
        if request.headers.get("sec-fetch-dest") == "iframe":
            return HTMLResponse(page_html("Sign in", ENDED))
        return _page(code=code, then=next)

    @router.post("/sign-in")
    async def sign_in(request: Request, next: str = "/cockpit") -> Response:
        """Trade the code for a cookie."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        cookie = sessions.redeem(form.get("code", [""])[0].strip())
        if cookie is None:
            return _page(code="", then=next, fault=WRONG, status=401)
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


def own_path(wanted: str) -> str:
    """The path to go to after sign-in: one of our own, never another site."""
    plain = wanted.isascii() and wanted.isprintable() and not set(wanted) & set("\\:@ ")
    return wanted if plain and wanted.startswith("/") and not wanted.startswith("//") else "/cockpit"


def _page(*, code: str, then: str, fault: str = "", status: int = 200) -> HTMLResponse:
    form = FORM.format(fault=fault, code=escape(code, quote=True), next=quote(own_path(then), safe=""))
    return HTMLResponse(page_html("Sign in", form), status_code=status)
