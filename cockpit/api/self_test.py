"""`/self-test`: opened in the frame of a host, it names the cookie or the header for want of which nothing shows."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, WebSocket
from starlette.responses import HTMLResponse, Response

from cockpit.access.embedding import frame_ancestors, origin_of
from cockpit.api.cookies import EMBED, cookie_in, is_secure
from cockpit.api.framing import Framing
from cockpit.api.pages_html import page_html
from cockpit.api.sessions import Sessions

PROBE = "__Host-cockpit_probe"
SCRIPT = Path(__file__).with_name("self_test.js").read_bytes()
PAGE = """<h1>Self-test of embedding</h1><p id="where"></p><table><tbody id="checks">
<tr><td>Running. If this line stays, <code>/self-test.js</code> is not loaded.</td></tr></tbody></table>
<script src="/self-test.js"></script>"""
Check = dict[str, object]


def self_test_routes(sessions: Sessions) -> APIRouter:
    """The page, its script, and what the server saw."""
    router = APIRouter()
    framing = Framing(sessions.cockpit, sessions.settings.base_domain)

    @router.get("/self-test")
    def show() -> HTMLResponse:
        """Give a cookie like the one of a frame, and the page that looks whether it comes back."""
        answer = HTMLResponse(page_html("Self-test", PAGE, width="44rem"))
        cookie = f"{PROBE}=1; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=None; Partitioned"
        answer.headers.append("set-cookie", cookie)
        return answer

    @router.get("/self-test.js")
    def script() -> Response:
        """What asks from the browser."""
        return Response(SCRIPT, media_type="text/javascript")

    @router.get("/self-test/result")
    async def result(request: Request, parent: str = "") -> list[Check]:
        """What came with a request from inside the frame; `parent` is the origin around it, empty without one."""
        identity = await sessions.identify_async(request.headers, None)
        origins = await framing.origins(request.scope, request.headers.get("host", ""), identity)
        return [_https(request), _cookie(request), _frames(parent, origins), _signed_in(request)]

    @router.websocket("/self-test/socket")
    async def socket(connection: WebSocket) -> None:
        """Open, as the screens need it, and close."""
        await connection.accept()
        await connection.close()

    return router


def _check(name: str, good: str, bad: str, *, ok: bool) -> Check:
    return {"name": name, "ok": ok, "text": good if ok else bad}


def _https(request: Request) -> Check:
    told = request.headers.get("x-forwarded-proto") == "https" or is_secure(request)
    bad = "The page came over http, or a proxy does not send X-Forwarded-Proto: https: no Secure cookie is kept."
    return _check("https", "The page came over https.", bad, ok=told)


def _cookie(request: Request) -> Check:
    bad = (
        f"The cookie {PROBE} (Secure; SameSite=None; Partitioned) did not come back, so {EMBED} would not either: "
        "the browser blocks it, a proxy drops Set-Cookie, or the page is not https."
    )
    came = cookie_in(request.headers, PROBE) == "1"
    return _check(f"cookie {EMBED}", "A cookie of the same kind came back.", bad, ok=came)


def _frames(parent: str, origins: tuple[str, ...]) -> Check:
    sent = f"Content-Security-Policy: {frame_ancestors(origins)}"
    if not parent:
        return _check("header Content-Security-Policy", f"Not in a frame now. We send {sent}", "", ok=True)
    bad = f"{parent[:120]} is not among the sites of this workspace (Settings, Embedding). We send {sent}"
    good = f"{parent[:120]} may frame this workspace."
    return _check("header Content-Security-Policy", good, bad, ok=origin_of(parent) in origins)


def _signed_in(request: Request) -> Check:
    good, bad = f"The cookie {EMBED} is here.", f"The cookie {EMBED} is not here: sign in through the host first."
    return _check("sign-in in this frame", good, bad, ok=bool(cookie_in(request.headers, EMBED)))
