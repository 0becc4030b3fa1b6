"""What members did, per UTC day.

upsert_member_days(conn, workspace_id, frame) -> int     columns of `member_day`: the day's totals, not additions
list_chosen_days(conn, workspace_id, frame) -> frame              columns of `member_day`; frame: member_id, day
replace_member_days(conn, workspace_id, frame)                    all days of all members
delete_member_days(conn, workspace_id, frame)                     frame: member_id, day
list_told_signals(conn, workspace_id, ids) -> frame               what counting reads, with the keys of signals
list_owned_signals(conn, workspace_id, after, limit) -> frame     of the next people with an owner, page by page
list_visible_signals(conn, workspace_id, *, scope) -> frame       the same of the people of a scope
list_member_days(conn, workspace_id, *, since, until, scope=None) -> frame    + name; both days included
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Date, Select, Uuid, and_, bindparam, delete, select

from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.frames import bulk_upsert, chosen, in_workspace, own_columns, read_frame, staged
from cockpit.storage.schema import member, member_day, person, signal
from cockpit.storage.wall import visible_to


def upsert_member_days(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Store the totals of members' days."""
    return bulk_upsert(conn, member_day, in_workspace(frame, workspace_id))


def list_member_days(
    conn: Connection, workspace_id: WorkspaceId, *, since: date, until: date, scope: Scope | None = None
) -> pl.DataFrame:
    """The days of all members in a span, with their names; behind the wall a member's own."""
    values = {"workspace": workspace_id, "since": since, "until": until}
    if scope is None:
        return read_frame(conn, _member_days(own=False), values)
    return read_frame(conn, _member_days(own=True), values | {"viewer": scope.member_id})


@cache
def _member_days(*, own: bool) -> Select[Any]:
    """The statement of `list_member_days`."""
    days, workspace_id, viewer = member_day.c, bindparam("workspace", type_=Uuid()), bindparam("viewer", type_=Uuid())
    of_member = and_(member.c.workspace_id == days.workspace_id, member.c.member_id == days.member_id)
    span = days.day.between(bindparam("since", type_=Date()), bindparam("until", type_=Date()))
    query: Select[Any] = select(*own_columns(member_day), member.c.name).join_from(member_day, member, of_member)
    query = query.where(days.workspace_id == workspace_id, span, *((days.member_id == viewer,) if own else ()))
    return query.order_by(member.c.name, days.member_id, days.day)


def list_chosen_days(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> pl.DataFrame:
    """The totals of these members' days."""
    with staged(conn, member_day, frame.select("member_id", "day").unique()) as asked:
        same = and_(asked.c.member_id == member_day.c.member_id, asked.c.day == member_day.c.day)
        query = select(*own_columns(member_day)).join(asked, same)
        return read_frame(conn, query.where(member_day.c.workspace_id == workspace_id))


def replace_member_days(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> None:
    """Store the totals of all members' days; days that are not in the frame go away."""
    with staged(conn, member_day, frame.select("member_id", "day")) as kept:
        same = and_(kept.c.member_id == member_day.c.member_id, kept.c.day == member_day.c.day)
        still = select(kept.c.day).where(same).correlate(member_day).exists()
        conn.execute(delete(member_day).where(member_day.c.workspace_id == workspace_id, ~still))
    upsert_member_days(conn, workspace_id, frame)


def delete_member_days(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> None:
    """Forget days on which, as it turned out, nothing happened."""
    if frame.height:
        with staged(conn, member_day, frame.select("member_id", "day").unique()) as gone:
            same = and_(gone.c.member_id == member_day.c.member_id, gone.c.day == member_day.c.day)
            there = select(gone.c.day).where(same).correlate(member_day).exists()
            conn.execute(delete(member_day).where(member_day.c.workspace_id == workspace_id, there))


def list_told_signals(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> pl.DataFrame:
    """The signals of these people as counting reads them, with their keys."""
    told = ("person_id", "type", "direction", "occurred_at", "source", "source_event_id")
    with chosen(conn, ids) as wanted:
        query = select(*(signal.c[name] for name in told)).join(wanted, wanted.c.person_id == signal.c.person_id)
        return read_frame(conn, query.where(signal.c.workspace_id == workspace_id))


def list_visible_signals(conn: Connection, workspace_id: WorkspaceId, *, scope: Scope) -> pl.DataFrame:
    """The signals of the people somebody behind the wall may see, with their owner."""
    same = and_(person.c.workspace_id == signal.c.workspace_id, person.c.person_id == signal.c.person_id)
    columns = (signal.c.person_id, person.c.owner_id, signal.c.type, signal.c.direction, signal.c.occurred_at)
    query = select(*columns).join_from(signal, person, same).where(signal.c.workspace_id == workspace_id)
    return read_frame(conn, query.where(*visible_to(scope, person)))


def list_owned_signals(conn: Connection, workspace_id: WorkspaceId, after: str | None, limit: int) -> pl.DataFrame:
    """The signals of the next `limit` people who have an owner, by person id."""
    page = select(person.c.person_id, person.c.owner_id).where(
        person.c.workspace_id == workspace_id, person.c.owner_id.is_not(None)
    )
    if after is not None:
        page = page.where(person.c.person_id > UUID(after))
    people = page.order_by(person.c.person_id).limit(limit).subquery()
    same = and_(signal.c.workspace_id == workspace_id, signal.c.person_id == people.c.person_id)
    told = (signal.c.type, signal.c.direction, signal.c.occurred_at)
    return read_frame(conn, select(people.c.person_id, people.c.owner_id, *told).outerjoin(signal, same))
