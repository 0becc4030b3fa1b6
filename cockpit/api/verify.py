"""`/verify`: where a host sends its user. Opening it uses nothing up; the form in it does, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from cockpit.access import credentials, login_tokens
from cockpit.access import sessions as stored
from cockpit.access.embedding import allowed_origins, origin_of
from cockpit.access.limits import FAILURES, RateLimit
from cockpit.access.pages import address, is_page
from cockpit.api.entrance import enter
from cockpit.api.pages_html import page_html
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit
from cockpit.errors import BadRequest, CockpitError
from cockpit.model.principals import Membership, membership_of
from cockpit.storage.workspaces import get_workspace_by_id

SCRIPT = Path(__file__).with_name("verify.js").read_bytes()
OVER = (
    "This sign-in link is not valid: it is wrong, too old or already used. "
    "Open the page again from your app, or ask for another link."
)
SLOWER = "Too many sign-in links from your address were not valid. Try again in {seconds} seconds."
FORM = """<h1>Signing you in</h1><p>{sentence}</p><form method="post" action="/verify"{auto}>
<input type="hidden" name="loginToken" value="{token}"><button>Continue</button></form>
<script src="/verify.js"></script>"""


def verify_routes(sessions: Sessions, cockpit: Callable[[], Cockpit]) -> APIRouter:
    """The page, its script and its form."""
    router, failures = APIRouter(), RateLimit(FAILURES, sessions.clock)

    @router.get("/verify")
    def show(request: Request) -> HTMLResponse:
        """Show the form that signs in; link scanners and previews may open it as often as they like."""
        query = request.query_params
        wanted = query.get("returnToPath")
        if wanted is not None and not is_page(wanted):
            raise BadRequest("returnToPath must be a full path inside the CRM, like /cockpit or /objects/people.")
        auto = not _needs_a_click(cockpit(), sessions, request.headers, query.get("loginToken", ""))
        return HTMLResponse(_form(query.get("loginToken", ""), auto=auto))

    @router.get("/verify.js")
    def script() -> Response:
        """What sends the form off; the content policy allows no inline script."""
        return Response(SCRIPT, media_type="text/javascript")

    @router.post("/verify")
    async def redeem(request: Request) -> Response:
        """Trade the token for a session and go to a clean address."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        token = form.get("loginToken", [""])[0]
        who = request.client.host if request.client else ""
        wait = failures.wait(who)
        # Behind a proxy all come from one address: a link that lets somebody in is never held up by those that do not.
        if wait is not None and not await run_in_threadpool(_is_unused, cockpit(), token):
            return _refused(429, SLOWER.format(seconds=wait), {"retry-after": str(wait)})
        answer = await run_in_threadpool(_redeem, sessions, cockpit(), request, token)
        if answer.status_code == 401:
            failures.hit(who)
        return answer

    return router


def _refused(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    page = page_html("Sign in", f'<h1>Sign in</h1><p role="alert">{sentence}</p>')
    return HTMLResponse(page, status_code=status, headers=dict(headers or {}))


def _is_unused(cockpit: Cockpit, token: str) -> bool:
    """Whether there is such a token, asked by a read, which holds up nobody's writes."""
    credential = credentials.read(token, credentials.LOGIN_TOKEN)
    if credential is None:
        return False
    with cockpit.db.read(credential.workspace_id) as conn:
        row = login_tokens.peek(conn, token)
    return row is not None and row.used_at is None


def _redeem(sessions: Sessions, cockpit: Cockpit, request: Request, token: str) -> Response:
    now = datetime.now(UTC)
    credential = credentials.read(token, credentials.LOGIN_TOKEN)
    with cockpit.db.write(credential.workspace_id if credential else None) as conn:
        redeemed = login_tokens.redeem(conn, token, request.headers.get("host", ""), now)
        if redeemed is None:
            return _refused(401, OVER)
        mode: stored.Mode = "full" if redeemed.page is None else "embed"
        text = stored.start(conn, redeemed.workspace_id, redeemed.member_id, mode=mode, origin="sso", now=now)
    who = Membership(redeemed.workspace_id, redeemed.member_id)
    return enter(sessions, request, text, who, mode=mode, where=address(redeemed.page, embedded=mode == "embed"))


def _needs_a_click(cockpit: Cockpit, sessions: Sessions, headers: Mapping[str, str], token: str) -> bool:
    """Whether to ask first: a link of an unknown site must not change in silence who is signed in here.

    Inside a frame the allow-list of the workspace has already decided.
    """
    if headers.get("sec-fetch-dest") == "iframe":
        return False
    credential = credentials.read(token, credentials.LOGIN_TOKEN)
    if credential is None:
        return True
    referer, identity = origin_of(headers.get("referer", "")), sessions.identify(headers, None)
    try:
        with cockpit.db.read(credential.workspace_id) as conn:
            known = allowed_origins(get_workspace_by_id(conn, credential.workspace_id).settings)
            token_row = login_tokens.peek(conn, token)
    except CockpitError:
        return True
    if referer in known:
        return False
    here = membership_of(identity.principal) if identity else None
    someone_else = here is not None and (token_row is None or here.member_id != token_row.member_id)
    return someone_else or (bool(known) and referer is not None)


def _form(token: str, *, auto: bool) -> str:
    sentence = "One moment." if auto else "Continue only if you have just asked for this in your own app."
    form = FORM.format(sentence=sentence, auto=" data-auto" if auto else "", token=escape(token, quote=True))
    return page_html("Signing you in", form)
