"""Sessions in the database: started by a sign-in, found by a cookie, ended for good."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from cockpit.access import credentials
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage import sessions as stored
from cockpit.storage.database import Connection
from cockpit.storage.sessions import Session

__all__ = ["LIFETIME", "Mode", "Origin", "Session", "end", "end_of_member", "end_of_workspace", "find", "start"]

Mode = Literal["full", "embed"]
Origin = Literal["sso", "clerk", "oidc", "owner"]
LIFETIME = timedelta(hours=12)
KEPT = timedelta(days=30)  # to be able to say who was signed in


def start(
    conn: Connection, workspace_id: WorkspaceId, member_id: MemberId, *, mode: Mode, origin: Origin, now: datetime
) -> str:
    """A new session; gives the text of its cookie, which is stored nowhere."""
    text = credentials.new(credentials.SESSION, workspace_id)
    stored.delete_old_sessions(conn, workspace_id, before=now - KEPT)
    stored.insert_session(
        conn,
        workspace_id,
        credentials.digest(text),
        member_id=member_id,
        mode=mode,
        origin=origin,
        now=now,
        expires_at=now + LIFETIME,
    )
    return text


def find(conn: Connection, text: str, now: datetime) -> Session | None:
    """The session of a cookie, while it lasts and its holder is still a member."""
    credential = credentials.read(text, credentials.SESSION)
    return None if credential is None else stored.find_session(conn, credential.workspace_id, credential.digest, now)


def end(conn: Connection, text: str, now: datetime) -> bool:
    """End the session of a cookie; answers whether there was one."""
    credential = credentials.read(text, credentials.SESSION)
    if credential is None:
        return False
    return stored.replace_ended(conn, credential.workspace_id, credential.digest, now=now) == 1


def end_of_member(conn: Connection, workspace_id: WorkspaceId, member_id: MemberId, now: datetime) -> int:
    """End every session of a member: after a change of role, when they leave, when they are moved."""
    return stored.replace_ended_of_member(conn, workspace_id, member_id, now=now)


def end_of_workspace(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> int:
    """End every session of a workspace."""
    return stored.replace_ended_of_workspace(conn, workspace_id, now=now)
