"""Signals that speak of nobody known yet: the tray.

insert_unmatched(conn, workspace_id, frame) -> int       columns of `unmatched_signal`; those already there stay
list_unmatched(conn, workspace_id, *, limit, after=None) -> frame      by source and event id
list_unmatched_for(conn, workspace_id, keys) -> frame    those a new person's match keys bring home
list_unmatched_digests(conn, workspace_id, frame) -> frame(source, source_event_id, known_digest)
delete_unmatched(conn, workspace_id, frame)              frame with source, source_event_id
count_unmatched(conn, workspace_id) -> int
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from sqlalchemy import Connection, and_, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import in_workspace, own_columns, read_frame, staged
from cockpit.storage.schema import unmatched_signal

KEY = ("source", "source_event_id")


def insert_unmatched(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Park signals; one whose key is parked already stays as it is. Answers how many were added."""
    if not frame.height:
        return 0
    rows = in_workspace(frame, workspace_id).unique(subset=KEY, keep="first").sort(KEY)
    # all workspaces: the rows carry their workspace_id
    with staged(conn, unmatched_signal, rows) as source:
        statement = insert(unmatched_signal).from_select(rows.columns, select(source))
        return int(conn.execute(statement.on_conflict_do_nothing()).rowcount)


def list_unmatched(
    conn: Connection, workspace_id: WorkspaceId, *, limit: int, after: tuple[str, str] | None = None
) -> pl.DataFrame:
    """A page of the tray by source and event id."""
    table = unmatched_signal
    query = select(*own_columns(table)).where(table.c.workspace_id == workspace_id)
    if after is not None:
        query = query.where(tuple_(table.c.source, table.c.source_event_id) > tuple_(*after))
    return read_frame(conn, query.order_by(table.c.source, table.c.source_event_id).limit(limit))


def list_unmatched_for(conn: Connection, workspace_id: WorkspaceId, keys: Iterable[str]) -> pl.DataFrame:
    """The parked signals with one of these match keys."""
    table = unmatched_signal
    wanted = pl.DataFrame({"match_key": sorted(set(keys))}, schema={"match_key": pl.String})
    with staged(conn, table, wanted) as asked:
        query = select(*own_columns(table)).join(asked, asked.c.match_key == table.c.match_key)
        return read_frame(conn, query.where(table.c.workspace_id == workspace_id))


def list_unmatched_digests(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> pl.DataFrame:
    """The digests of parked signals with these keys, to tell a repeat from a conflict."""
    table = unmatched_signal
    with staged(conn, table, frame.select(KEY).unique()) as asked:
        same = and_(*(asked.c[name] == table.c[name] for name in KEY))
        columns = (table.c.source, table.c.source_event_id, table.c.digest.label("known_digest"))
        return read_frame(conn, select(*columns).join(asked, same).where(table.c.workspace_id == workspace_id))


def delete_unmatched(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> None:
    """Take signals off the tray."""
    table = unmatched_signal
    with staged(conn, table, frame.select(KEY).unique()) as done:
        same = select(done.c.source).where(*(done.c[name] == table.c[name] for name in KEY)).correlate(table)
        conn.execute(delete(table).where(table.c.workspace_id == workspace_id, same.exists()))


def count_unmatched(conn: Connection, workspace_id: WorkspaceId) -> int:
    """How many signals are parked."""
    query = select(func.count()).select_from(unmatched_signal).where(unmatched_signal.c.workspace_id == workspace_id)
    return int(conn.execute(query).scalar_one())
