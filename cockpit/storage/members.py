"""Members of a workspace, and the logins behind them.

list_members(conn, workspace_id) -> tuple[Member, ...]      by name
list_former_members(conn, workspace_id) -> tuple[Member, ...]    who has left, by name
upsert_member(conn, workspace_id, *, email, name, role="member", now) -> MemberId
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, null, select
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import ROOT, MemberId, WorkspaceId, member_id_of
from cockpit.storage.schema import member, user_account


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a workspace."""

    member_id: MemberId
    user_id: UUID | None
    name: str
    email: str
    role: str
    created_at: datetime
    avatar_digest: str | None = None


COLUMNS = tuple(member.c[name] for name in ("member_id", "user_id", "name", "email", "role", "created_at"))


def list_members(conn: Connection, workspace_id: WorkspaceId) -> tuple[Member, ...]:
    """The members of a workspace by name, without those who have left."""
    query = select(*COLUMNS, user_account.c.avatar_digest).outerjoin_from(
        member, user_account, user_account.c.user_id == member.c.user_id
    )
    query = query.where(member.c.workspace_id == workspace_id, member.c.left_at.is_(None))
    rows = conn.execute(query.order_by(member.c.name, member.c.email))
    return tuple(Member(**row._mapping) for row in rows)


def list_former_members(conn: Connection, workspace_id: WorkspaceId) -> tuple[Member, ...]:
    """Those who were members of a workspace and are no more, by name."""
    query = select(*COLUMNS).where(member.c.workspace_id == workspace_id, member.c.left_at.is_not(None))
    rows = conn.execute(query.order_by(member.c.name, member.c.email))
    return tuple(Member(**row._mapping) for row in rows)


def upsert_member(
    conn: Connection, workspace_id: WorkspaceId, *, email: str, name: str, role: str = "member", now: datetime
) -> MemberId:
    """Add a member, or rename the one with this e-mail address, also one who had left; makes a missing login."""
    address = email.casefold()
    user_id = uuid5(ROOT, f"user:{address}")
    login = insert(user_account).values(user_id=user_id, email=address, name=name, created_at=now)
    conn.execute(login.on_conflict_do_nothing(index_elements=["user_id"]))
    member_id = member_id_of(workspace_id, address)
    row = insert(member).values(
        workspace_id=workspace_id,
        member_id=member_id,
        user_id=user_id,
        name=name,
        email=address,
        role=role,
        created_at=now,
    )
    changes = {"name": row.excluded.name, "role": row.excluded.role, "left_at": null()}
    conn.execute(row.on_conflict_do_update(index_elements=["workspace_id", "member_id"], set_=changes))
    return member_id
