"""Login tokens: made for one member and one host, redeemed once, soon: within a minute unless it is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from cockpit.access import credentials
from cockpit.access.pages import check_page, is_page
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage import login_tokens as stored
from cockpit.storage.database import Connection
from cockpit.storage.workspaces import Workspace

LIFETIME = timedelta(seconds=60)
KEPT = timedelta(days=1)  # a used token answers "used" in the log of the day, then goes


@dataclass(frozen=True, slots=True)
class LoginToken:
    """A new token: the only time its text is known."""

    text: str
    expires_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Who comes in, and where to."""

    workspace_id: WorkspaceId
    member_id: MemberId
    page: str | None  # given: embedded mode


def mint(
    conn: Connection,
    workspace: Workspace,
    member_id: MemberId,
    *,
    host: str,
    page: str | None,
    now: datetime,
    scheme: str | None = None,
    lifetime: timedelta = LIFETIME,
) -> LoginToken:
    """A token for a member, to be redeemed at `host` (with its port, as a browser names it).

    Raises:
        BadRequest: `page` is not one a host may ask for.
    """
    page = check_page(page)
    text = credentials.new(credentials.LOGIN_TOKEN, workspace.workspace_id)
    expires_at = now + lifetime
    stored.delete_old_login_tokens(conn, workspace.workspace_id, before=now - KEPT)
    stored.insert_login_token(
        conn,
        workspace.workspace_id,
        credentials.digest(text),
        member_id=member_id,
        host=host.lower(),
        page=page,
        now=now,
        expires_at=expires_at,
    )
    return LoginToken(text, expires_at, f"{scheme or scheme_of(host)}://{host.lower()}/verify?{_query(text, page)}")


def redeem(conn: Connection, text: str, host: str, now: datetime) -> Redeemed | None:
    """Use a token up; None, whatever is wrong with it, when it does not let anybody in."""
    credential = credentials.read(text, credentials.LOGIN_TOKEN)
    if credential is None:
        return None
    token = stored.replace_login_token(conn, credential.workspace_id, credential.digest, host=host.lower(), now=now)
    if token is None or (token.page is not None and not is_page(token.page)):
        return None
    return Redeemed(token.workspace_id, token.member_id, token.page)


def peek(conn: Connection, text: str) -> stored.LoginToken | None:
    """What a token says, without using it up; for deciding whether to ask before it is used."""
    credential = credentials.read(text, credentials.LOGIN_TOKEN)
    return None if credential is None else stored.find_login_token(conn, credential.workspace_id, credential.digest)


def scheme_of(host: str) -> str:
    """`http` for names of this machine, `https` for every other."""
    name = host.lower().rsplit(":", 1)[0] if not host.endswith("]") else host
    local = name in ("localhost", "127.0.0.1", "[::1]") or name.endswith(".localhost")
    return "http" if local else "https"


def _query(text: str, page: str | None) -> str:
    landing = {} if page is None else {"returnToPath": page, "aventoraEmbedded": "1"}
    return urlencode({"loginToken": text, "aventoraSso": "1", **landing})
