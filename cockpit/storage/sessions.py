"""Sessions: one row per sign-in, so that it can be taken away.

insert_session(conn, workspace_id, digest, *, member_id, mode, origin, now, expires_at)
find_session(conn, workspace_id, digest, now) -> Session | None      None when it has ended or its member has left
replace_ended(conn, workspace_id, digest, *, now) -> int
replace_ended_of_member(conn, workspace_id, member_id, *, now) -> int
replace_ended_of_workspace(conn, workspace_id, *, now) -> int
delete_old_sessions(conn, workspace_id, *, before) -> int
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage.access_tables import session
from cockpit.storage.schema import member, workspace


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, where, and how."""

    workspace_id: WorkspaceId
    subdomain: str
    member_id: MemberId
    role: str
    mode: str  # full | embed
    origin: str  # sso | clerk | oidc | owner
    expires_at: datetime


def insert_session(
    conn: Connection,
    workspace_id: WorkspaceId,
    digest: str,
    *,
    member_id: MemberId,
    mode: str,
    origin: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Keep a new session."""
    row = {"workspace_id": workspace_id, "session_hash": digest, "member_id": member_id, "mode": mode}
    conn.execute(insert(session).values(**row, origin=origin, created_at=now, expires_at=expires_at))


def find_session(conn: Connection, workspace_id: WorkspaceId, digest: str, now: datetime) -> Session | None:
    """The session with this digest, while it lasts and its member is one."""
    theirs = and_(member.c.workspace_id == session.c.workspace_id, member.c.member_id == session.c.member_id)
    place = workspace.c.workspace_id == session.c.workspace_id
    names = ("workspace_id", "member_id", "mode", "origin", "expires_at")
    statement = (
        select(*(session.c[name] for name in names), workspace.c.subdomain, member.c.role)
        .select_from(session.join(member, theirs).join(workspace, place))
        .where(session.c.workspace_id == workspace_id, session.c.session_hash == digest)
        .where(member.c.workspace_id == workspace_id, member.c.left_at.is_(None))
        .where(workspace.c.workspace_id == workspace_id)
        .where(session.c.ended_at.is_(None), session.c.expires_at > now)
    )
    row = conn.execute(statement).one_or_none()
    return None if row is None else Session(**row._mapping)


def replace_ended(conn: Connection, workspace_id: WorkspaceId, digest: str, *, now: datetime) -> int:
    """End one session."""
    return _end(conn, and_(session.c.workspace_id == workspace_id, session.c.session_hash == digest), now)


def replace_ended_of_member(conn: Connection, workspace_id: WorkspaceId, member_id: MemberId, *, now: datetime) -> int:
    """End every session of a member."""
    return _end(conn, and_(session.c.workspace_id == workspace_id, session.c.member_id == member_id), now)


def replace_ended_of_workspace(conn: Connection, workspace_id: WorkspaceId, *, now: datetime) -> int:
    """End every session of a workspace."""
    return _end(conn, session.c.workspace_id == workspace_id, now)


def delete_old_sessions(conn: Connection, workspace_id: WorkspaceId, *, before: datetime) -> int:
    """Forget sessions that were over before this instant."""
    old = and_(session.c.workspace_id == workspace_id, session.c.expires_at < before)
    return len(conn.execute(delete(session).where(old).returning(session.c.session_hash)).fetchall())


def _end(conn: Connection, which: ColumnElement[bool], now: datetime) -> int:
    # all workspaces: every caller names the workspace in `which`
    statement = update(session).where(which, session.c.ended_at.is_(None)).values(ended_at=now)
    return len(conn.execute(statement.returning(session.c.session_hash)).fetchall())
