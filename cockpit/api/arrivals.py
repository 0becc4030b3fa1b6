"""People whom another system signs in: let in, or told why not; what was wrong with a token is for the log alone."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cockpit.access import sessions as stored
from cockpit.access.limits import FAILURES, RateLimit
from cockpit.access.outsiders import Outsider, let_in
from cockpit.access.signed_tokens import TokenRefused
from cockpit.api.answers import Refused, refusal
from cockpit.api.entrance import enter
from cockpit.api.pages_html import page_html
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError
from cockpit.model.hosts import subdomain_in
from cockpit.model.principals import Membership

log = logging.getLogger(__name__)

PAGE = '<h1>Sign in</h1><p role="alert">{sentence}</p><p><a href="/sign-in">Back to the sign-in page</a></p>'


class Arrivals:
    """Lets people in who are known elsewhere."""

    def __init__(self, sessions: Sessions, cockpit: Callable[[], Cockpit]) -> None:
        """Count failures from now on."""
        self.sessions = sessions
        self._cockpit = cockpit
        self._failures = RateLimit(FAILURES, time.time)

    def answer(self, request: Request, identify: Callable[[], Outsider], *, where: str) -> Response:
        """The cookie and the way to `where`, or a page that says why not."""
        try:
            return self._enter(request, identify(), where)
        except TokenRefused as error:
            log.warning("A sign-in at %s was refused: %s.", request.url.path, error.reason)
            return refused(request, self._counted(request, error))
        except CockpitError as error:
            return refused(request, error)

    def _enter(self, request: Request, outsider: Outsider, where: str) -> Response:
        cockpit, now = self._cockpit(), datetime.now(UTC)
        subdomain = subdomain_in(request.headers.get("host", ""), self.sessions.settings.base_domain)
        # all workspaces: which one is theirs is the question
        with cockpit.db.write() as conn:
            arrived = let_in(conn, outsider, subdomain, now=now)
            who = Membership(arrived.workspace.workspace_id, arrived.joined.member_id)
            text = stored.start(conn, who.workspace_id, who.member_id, mode="full", origin=outsider.by, now=now)
        return enter(self.sessions, request, text, who, mode="full", where=where)

    def _counted(self, request: Request, error: CockpitError) -> CockpitError:
        wait = self._failures.hit(request.client.host if request.client else "")
        if wait is None:
            return error
        return Refused(429, "TooManyRequests", "Too many failed sign-ins.", headers={"retry-after": str(wait)})


def refused(request: Request, error: CockpitError) -> Response:
    """Why somebody is not let in: a page for a browser, JSON for a program."""
    if "text/html" not in request.headers.get("accept", ""):
        return refusal(error)
    headers = error.headers if isinstance(error, Refused) else None
    return HTMLResponse(page_html("Sign in", PAGE.format(sentence=escape(str(error)))), error.status, headers)
