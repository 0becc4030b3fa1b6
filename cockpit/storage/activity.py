"""What members did, per UTC day.

upsert_member_days(conn, workspace_id, frame) -> int     columns of `member_day`: the day's totals, not additions
list_member_days(conn, workspace_id, *, since, until) -> frame    + name; both days included
"""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Connection, and_, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import bulk_upsert, in_workspace, own_columns, read_frame
from cockpit.storage.schema import member, member_day


def upsert_member_days(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Store the totals of members' days."""
    return bulk_upsert(conn, member_day, in_workspace(frame, workspace_id))


def list_member_days(conn: Connection, workspace_id: WorkspaceId, *, since: date, until: date) -> pl.DataFrame:
    """The days of all members in a span, with their names."""
    of_member = and_(member.c.workspace_id == member_day.c.workspace_id, member.c.member_id == member_day.c.member_id)
    query = (
        select(*own_columns(member_day), member.c.name)
        .join_from(member_day, member, of_member)
        .where(member_day.c.workspace_id == workspace_id, member_day.c.day.between(since, until))
        .order_by(member.c.name, member_day.c.member_id, member_day.c.day)
    )
    return read_frame(conn, query)
