"""Sign-in for one machine: a one-time code becomes a cookie. Opening the page changes nothing; only its form does."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from cockpit.api.sessions import COOKIE, SESSION_SECONDS, Sessions

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in · Sales Cockpit</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;place-items:center;
min-height:100vh;background:light-dark(#f6f7f9,#0f141b);color:light-dark(#17202b,#e8edf4)}}
main{{width:min(24rem,calc(100vw - 3rem));padding:2rem;border-radius:.75rem;background:light-dark(#fff,#171e28);
border:1px solid light-dark(#d5dbe3,#2c3746)}}h1{{font-size:1.5rem;margin:0 0 .5rem}}label{{font-weight:600}}
input,button{{font:inherit;width:100%;box-sizing:border-box;min-height:44px;border-radius:.5rem;padding:.5rem .75rem}}
input{{border:1px solid #7b8794;margin:.25rem 0 1rem;background:transparent;color:inherit}}
button{{border:0;background:#1f5fbf;color:#fff;font-weight:600;cursor:pointer}}[role=alert]{{color:light-dark(#a3211b,#ff9d96)}}
</style></head><body><main><h1>Sign in</h1><p>Use the code that <code>cockpit serve</code> printed when it started,
or make one with <code>cockpit sign-in</code>.</p>{fault}<form method="post" action="/sign-in?next={next}">
<label for="code">Sign-in code</label><input id="code" name="code" value="{code}" autocomplete="one-time-code" required>
<button>Sign in</button></form></main></body></html>"""

WRONG = '<p role="alert">This code is not valid: it is wrong, older than 15 minutes or already used.</p>'


def sign_in_routes(sessions: Sessions) -> APIRouter:
    """The sign-in page, its form, and sign-out."""
    router = APIRouter()

    @router.get("/sign-in")
    def show(code: str = "", next: str = "/cockpit") -> HTMLResponse:
        """Show the form; a mail scanner that follows the link uses nothing up."""
        return _page(code=code, then=next)

    @router.post("/sign-in")
    async def sign_in(request: Request, next: str = "/cockpit") -> Response:
        """Trade the code for a cookie."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        cookie = sessions.redeem(form.get("code", [""])[0].strip())
        if cookie is None:
            return _page(code="", then=next, fault=WRONG, status=401)
        answer = RedirectResponse(own_path(next), status_code=303)
        answer.set_cookie(
            COOKIE, cookie, max_age=SESSION_SECONDS, httponly=True, samesite="lax", secure=_is_secure(request)
        )
        return answer

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
    body = PAGE.format(fault=fault, code=escape(code, quote=True), next=quote(own_path(then), safe=""))
    return HTMLResponse(body, status_code=status)


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")
