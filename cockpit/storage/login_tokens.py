"""Login tokens: rows that become used once.

insert_login_token(conn, workspace_id, digest, *, member_id, host, page, now, expires_at)
find_login_token(conn, workspace_id, digest) -> LoginToken | None
replace_login_token(conn, workspace_id, digest, *, host, now) -> LoginToken | None    marked as used, by one caller only
delete_old_login_tokens(conn, workspace_id, *, before) -> int
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage.access_tables import login_token


@dataclass(frozen=True, slots=True)
class LoginToken:
    """For whom a token is, where it may be redeemed, and where it leads."""

    workspace_id: WorkspaceId
    member_id: MemberId
    host: str
    page: str | None
    expires_at: datetime
    used_at: datetime | None


COLUMNS = tuple(login_token.c[name] for name in ("workspace_id", "member_id", "host", "page", "expires_at", "used_at"))


def insert_login_token(
    conn: Connection,
    workspace_id: WorkspaceId,
    digest: str,
    *,
    member_id: MemberId,
    host: str,
    page: str | None,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Keep a new token."""
    row = {"workspace_id": workspace_id, "token_hash": digest, "member_id": member_id, "host": host, "page": page}
    conn.execute(insert(login_token).values(**row, created_at=now, expires_at=expires_at))


def find_login_token(conn: Connection, workspace_id: WorkspaceId, digest: str) -> LoginToken | None:
    """The token with this digest, used or not."""
    mine = (login_token.c.workspace_id == workspace_id) & (login_token.c.token_hash == digest)
    row = conn.execute(select(*COLUMNS).where(mine)).one_or_none()
    return None if row is None else LoginToken(**row._mapping)


def replace_login_token(
    conn: Connection, workspace_id: WorkspaceId, digest: str, *, host: str, now: datetime
) -> LoginToken | None:
    """Mark a token as used; None when it is unknown, over, used already, or for another host."""
    statement = (
        update(login_token)
        .where(login_token.c.workspace_id == workspace_id, login_token.c.token_hash == digest)
        .where(login_token.c.host == host, login_token.c.used_at.is_(None), login_token.c.expires_at > now)
        .values(used_at=now)
        .returning(*COLUMNS)
    )
    row = conn.execute(statement).one_or_none()
    return None if row is None else LoginToken(**row._mapping)


def delete_old_login_tokens(conn: Connection, workspace_id: WorkspaceId, *, before: datetime) -> int:
    """Forget tokens that were over before this instant."""
    old = (login_token.c.workspace_id == workspace_id) & (login_token.c.expires_at < before)
    return len(conn.execute(delete(login_token).where(old).returning(login_token.c.token_hash)).fetchall())
