"""Frames in and out of the database, the same on both engines.

    read_frame(conn, statement, named={}) -> pl.DataFrame
    read_fixed(conn, statement, named={}) -> pl.DataFrame      numbers and instants without nulls
    places(name, column) -> relation                a parameter that holds `listed(values)`, with their places
    stream_frames(conn, statement, batch_rows=50_000) -> Iterator[pl.DataFrame]
    staged(conn, table, frame) -> context manager: something to select from and join with in this transaction
    chosen(conn, ids) -> context manager: the same for a list of person ids (column person_id)
    bulk_insert(conn, table, frame) -> int          rows known to be new
    bulk_upsert(conn, table, frame) -> int          insert, or update every given column that is no key
    in_workspace(frame, workspace_id) -> frame      adds the column workspace_id, first
    own_columns(table) -> list[Column]              all but workspace_id, to select
    read_rows_of(conn, table, workspace_id, ids, *conditions)    the rows of these people in a table with a person_id

In frames ids and JSON are text, instants Datetime("us", "UTC"), Integer Int32, BigInteger Int64, amounts Float64.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    Table,
    TableValuedAlias,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import ARRAY, insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.engines import engine_of
from cockpit.storage.schema import person
from cockpit.storage.statements import NOTHING

SEPARATOR = "\x1f"  # of the values of one parameter; no identifier has it
NOBODY = str(UUID(int=0))  # for a parameter without values, which not every engine takes as an empty list


def read_frame(conn: Connection, statement: Select[Any], named: Mapping[str, Any] = NOTHING) -> pl.DataFrame:
    """All rows of a statement as one frame; `named` are the values of its named parameters."""
    return engine_of(conn).read_frame(conn, statement, named)


def read_fixed(conn: Connection, statement: Select[Any], named: Mapping[str, Any] = NOTHING) -> pl.DataFrame:
    """The same for numbers and instants of which none is null: several times as fast for thousands of rows."""
    return engine_of(conn).read_fixed(conn, statement, named)


def places(name: str, column: Column[Any]) -> TableValuedAlias:
    """The values of a named parameter that holds some of a column, `listed`: that column and their `place` from 1."""
    array: ColumnElement[Any] = cast(func.string_to_array(bindparam(name, type_=String), SEPARATOR), ARRAY(column.type))
    rows = func.unnest(array).table_valued(sql_column(column.key, column.type), with_ordinality="place")
    return rows.render_derived(name=name)


def listed(values: Iterable[str]) -> str:
    """Values as one parameter."""
    return SEPARATOR.join(values)


def stream_frames(conn: Connection, statement: Select[Any], batch_rows: int = 50_000) -> Iterator[pl.DataFrame]:
    """The rows of a statement in batches; run nothing else on `conn` until the stream has ended."""
    return engine_of(conn).stream_frames(conn, statement, batch_rows)


def staged(conn: Connection, table: Table, frame: pl.DataFrame) -> AbstractContextManager[FromClause]:
    """A frame whose columns are columns of `table`, as something to select from and join with."""
    return engine_of(conn).staged(conn, table, frame)


def chosen(conn: Connection, ids: Iterable[UUID | str]) -> AbstractContextManager[FromClause]:
    """The given person ids as a relation with one column, person_id."""
    unique = sorted({str(identity) for identity in ids})
    return staged(conn, person, pl.DataFrame({"person_id": unique}, schema={"person_id": pl.String}))


def in_workspace(frame: pl.DataFrame, workspace_id: WorkspaceId) -> pl.DataFrame:
    """The frame with its workspace as first column."""
    others = [column for column in frame.get_columns() if column.name != "workspace_id"]
    same = pl.Series("workspace_id", [str(workspace_id)], pl.String).new_from_index(0, frame.height)
    return pl.DataFrame([same, *others])


def own_columns(table: Table) -> list[Column[Any]]:
    """The columns of a table without its workspace."""
    return [column for column in table.c if column.name != "workspace_id"]


def read_rows_of(
    conn: Connection,
    table: Table,
    workspace_id: WorkspaceId,
    ids: Iterable[UUID | str],
    *conditions: ColumnElement[bool],
) -> pl.DataFrame:
    """The rows of these people in a table with a person_id, without the workspace."""
    with chosen(conn, ids) as people:
        joined = table.join(people, people.c.person_id == table.c.person_id)
        query = select(*own_columns(table)).select_from(joined).where(table.c.workspace_id == workspace_id)
        return read_frame(conn, query.where(*conditions))


def bulk_insert(conn: Connection, table: Table, frame: pl.DataFrame) -> int:
    """Add rows that are known to be new; an existing key fails the transaction."""
    return engine_of(conn).append(conn, table, frame) if frame.height else 0


def bulk_upsert(conn: Connection, table: Table, frame: pl.DataFrame) -> int:
    """Add rows, or set every given column of those whose primary key exists; keys are unique within the frame."""
    if not frame.height:
        return 0
    keys = [column.name for column in table.primary_key]
    # Sorted by key, two writers meet the same rows in the same order and cannot block each other.
    with staged(conn, table, frame.sort(keys)) as source:
        statement = insert(table).from_select(frame.columns, select(source))
        changes = {name: statement.excluded[name] for name in frame.columns if name not in keys}
        if changes:
            conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes))
        else:
            conn.execute(statement.on_conflict_do_nothing(index_elements=keys))
    return frame.height
