"""A whole panel in the order of its stored keys, a page at a time, for those who want every row."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, func, or_, select

from cockpit.storage.frames import read_frame
from cockpit.storage.panel_index import Reach, key_and_people, steady
from cockpit.storage.schema import score


def list_pages(conn: Connection, reach: Reach, key: str, *, page_rows: int) -> Iterator[pl.DataFrame]:
    """The people of a panel who are not due, best stored key first: frames of person_id and stored_key."""
    column, people = key_and_people(reach, key)
    query = people.add_columns(column.label("stored_key")).where(column.is_not(None), steady(reach))
    ids = score.c.person_id
    after: tuple[float, UUID] | None = None
    while True:
        rest = query
        if after is not None:
            key_then, id_then = after
            # The first condition lets the index start there; an `or` alone would not.
            rest = query.where(column <= key_then, or_(column < key_then, ids < id_then))
        page = read_frame(conn, rest.order_by(column.desc(), ids.desc()).limit(page_rows))
        if page.height:
            yield page
        if page.height < page_rows:
            return
        after = page["stored_key"][-1], UUID(page["person_id"][-1])


def count_steady(conn: Connection, reach: Reach, key: str) -> int:
    """How many people who are not due the panel has."""
    column, people = key_and_people(reach, key)
    inner = people.where(column.is_not(None), steady(reach)).subquery()
    return conn.execute(select(func.count()).select_from(inner)).scalar_one()
