"""Pictures of the logins; a member is seen by their workspace.

find_avatar(conn, workspace_id, digest) -> bytes | None
find_any_avatar(conn, digest) -> bytes | None             for the owner of the machine
replace_avatar(conn, user_id, image, *, digest, now)
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, or_, select, update

from cockpit.model.ids import WorkspaceId
from cockpit.storage.schema import member, user_account


def find_avatar(conn: Connection, workspace_id: WorkspaceId, digest: str) -> bytes | None:
    """The picture with this digest, when somebody in the workspace has it."""
    query = (
        select(user_account.c.avatar)
        .join(member, member.c.user_id == user_account.c.user_id)
        .where(member.c.workspace_id == workspace_id, user_account.c.avatar_digest == digest)
        .limit(1)
    )
    found = conn.execute(query).scalar()
    return None if found is None else bytes(found)


def find_any_avatar(conn: Connection, digest: str) -> bytes | None:
    """The picture with this digest."""
    # all workspaces: the owner of the machine is in each of them
    query = select(user_account.c.avatar).where(user_account.c.avatar_digest == digest).limit(1)
    found = conn.execute(query).scalar()
    return None if found is None else bytes(found)


def replace_avatar(conn: Connection, user_id: UUID, image: bytes, *, digest: str, now: datetime) -> None:
    """Give a login this picture, unless it was taken away by then."""
    there = or_(user_account.c.deleted_at.is_(None), user_account.c.deleted_at > now)
    statement = update(user_account).where(user_account.c.user_id == user_id, there)
    conn.execute(statement.values(avatar=image, avatar_digest=digest))
