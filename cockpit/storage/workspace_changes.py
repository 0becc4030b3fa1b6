"""What administrators change in a workspace.

replace_workspace_name(conn, workspace_id, *, name, time_zone)
replace_workspace_settings(conn, workspace_id, changes)         keys of its settings; None takes one away
replace_role(conn, workspace_id, member_id, role) -> int
replace_left(conn, workspace_id, member_id, *, now) -> int      the membership has ended
list_roles(conn, workspace_id) -> dict[MemberId, str]           held until the transaction ends
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage.engines import engine_of
from cockpit.storage.schema import member, workspace


def replace_workspace_name(conn: Connection, workspace_id: WorkspaceId, *, name: str, time_zone: str) -> None:
    """Call a workspace something else, or move its clock."""
    statement = update(workspace).where(workspace.c.workspace_id == workspace_id)
    conn.execute(statement.values(name=name, time_zone=time_zone))


def replace_workspace_settings(conn: Connection, workspace_id: WorkspaceId, changes: Mapping[str, Any]) -> None:
    """Change some keys of the settings; the others stay, whoever changes them at the same time."""
    query = select(workspace.c.settings).where(workspace.c.workspace_id == workspace_id)
    stored = {**(conn.execute(engine_of(conn).locked(query)).scalar_one() or {}), **changes}
    kept = {key: value for key, value in stored.items() if value is not None}
    conn.execute(update(workspace).where(workspace.c.workspace_id == workspace_id).values(settings=kept))


def replace_role(conn: Connection, workspace_id: WorkspaceId, member_id: MemberId, role: str) -> int:
    """Give a member another role; how many members that were."""
    same = (member.c.workspace_id == workspace_id, member.c.member_id == member_id, member.c.left_at.is_(None))
    return len(conn.execute(update(member).where(*same).values(role=role).returning(member.c.member_id)).fetchall())


def replace_left(conn: Connection, workspace_id: WorkspaceId, member_id: MemberId, *, now: datetime) -> int:
    """End a membership; what the member owns keeps the name."""
    same = (member.c.workspace_id == workspace_id, member.c.member_id == member_id, member.c.left_at.is_(None))
    return len(conn.execute(update(member).where(*same).values(left_at=now).returning(member.c.member_id)).fetchall())


def list_roles(conn: Connection, workspace_id: WorkspaceId) -> dict[MemberId, str]:
    """The roles of those who are members, which nobody else changes until this transaction ends."""
    query = select(member.c.member_id, member.c.role)
    query = query.where(member.c.workspace_id == workspace_id, member.c.left_at.is_(None)).order_by(member.c.member_id)
    return {MemberId(row.member_id): row.role for row in conn.execute(engine_of(conn).locked(query))}
