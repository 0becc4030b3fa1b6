"""The last step of every sign-in: its cookie, a clean address, and the end of what this browser held before."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cockpit.access import credentials
from cockpit.access import sessions as stored
from cockpit.api import cookies
from cockpit.api.sessions import Sessions
from cockpit.model.principals import Membership


def enter(
    sessions: Sessions, request: Request, text: str, who: Membership, *, mode: stored.Mode, where: str
) -> Response:
    """Hand out the cookie of a session that was just started, and lead on."""
    answer = RedirectResponse(where, status_code=303)
    seconds = int(stored.LIFETIME.total_seconds())
    if mode == "embed":
        cookies.keep_embedded(answer, text, seconds)
    else:
        cookies.keep_full(answer, request, text, seconds)
    _end_others(sessions, request.headers, answer, who, kept=cookies.EMBED if mode == "embed" else cookies.FULL)
    return answer


def _end_others(
    sessions: Sessions, headers: Mapping[str, str], answer: Response, who: Membership, *, kept: str
) -> None:
    """End what this browser held before: the cookie that is replaced, and the other one when it is somebody else's."""
    for name in (cookies.FULL, cookies.EMBED):
        text = cookies.cookie_in(headers, name)
        if not credentials.read(text, credentials.SESSION):
            continue
        before = sessions.members.get(text)
        same = before and (before.workspace_id, before.member_id) == (who.workspace_id, who.member_id)
        if name == kept and before and same:
            continue  # another window of the same user may still be open with it
        if not same:
            sessions.end_member(text)
            if name != kept:
                cookies.drop(answer, name)
