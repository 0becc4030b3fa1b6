"""Statements over frames that travel with them, several in one round trip where the engine can.

    Ask(build, table, frame)     build(given) is a statement over `given`, a relation with the rows of `frame`
    at_once(conn, workspace_id, *asks) -> list[pl.DataFrame]    the rows each gives, in their order
    upsert(table, frame) -> Ask  add rows, or set every given column of those whose primary key exists

`build` is made once: what it writes for the columns of a frame is kept, as writing a statement takes longer than
running it over a few rows. The workspace in it is OF_WORKSPACE.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import BindParameter, Connection, FromClause, Insert, Select, Table, Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.engines import engine_of
from cockpit.storage.frame_types import polars_type
from cockpit.storage.frames import read_frame, staged

OF_WORKSPACE: BindParameter[Any] = bindparam("of_workspace", None, Uuid())
Build = Callable[[FromClause], Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """A statement over a frame whose columns are columns of `table`."""

    build: Build
    table: Table
    frame: pl.DataFrame
    locks: bool = False  # hold the rows that are read until the transaction ends


def at_once(conn: Connection, workspace_id: WorkspaceId, *asks: Ask) -> list[pl.DataFrame]:
    """Run all of them, in their order; a statement without rows to give answers with an empty frame."""
    return engine_of(conn).at_once(conn, workspace_id, asks)


def one_by_one(conn: Connection, workspace_id: UUID, asks: Sequence[Ask]) -> list[pl.DataFrame]:
    """The same by the paths for any number of rows."""
    return [_alone(conn, workspace_id, ask) for ask in asks]


def _alone(conn: Connection, workspace_id: UUID, ask: Ask) -> pl.DataFrame:
    with staged(conn, ask.table, ask.frame) as given:
        statement = statement_of(conn, ask, given)
        if isinstance(statement, Select):
            return read_frame(conn, statement, {OF_WORKSPACE.key: workspace_id})
        # An insert takes its parameters for columns; its rows carry their workspace.
        done = conn.execute(statement, {} if isinstance(statement, Insert) else {OF_WORKSPACE.key: workspace_id})
        if not done.returns_rows:
            return pl.DataFrame()
        schema = {str(column.key): polars_type(column) for column in statement._returning}
        return pl.DataFrame([tuple(row) for row in done], schema=schema, orient="row")


def statement_of(conn: Connection, ask: Ask, given: FromClause) -> Any:
    """What is run."""
    statement = ask.build(given)
    return engine_of(conn).locked(statement) if ask.locks else statement


def upsert(table: Table, frame: pl.DataFrame) -> Ask:
    """Rows with unique keys, sorted by them: two writers meet the same rows in the same order and cannot block."""
    return Ask(_upsert_into(table), table, frame.sort([column.name for column in table.primary_key]))


@cache
def _upsert_into(table: Table) -> Build:
    keys = [column.name for column in table.primary_key]

    def build(given: FromClause) -> Any:
        # all workspaces: the rows carry their workspace_id
        names = given.c.keys()
        statement = insert(table).from_select(names, select(given))
        changes = {name: statement.excluded[name] for name in names if name not in keys}
        if not changes:
            return statement.on_conflict_do_nothing(index_elements=keys)
        return statement.on_conflict_do_update(index_elements=keys, set_=changes)

    return build
