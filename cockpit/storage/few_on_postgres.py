"""Statements over few rows on PostgreSQL: text that was written once, sent in one go, answered as plain rows.

A list of ids travels as an array, other rows as JSON; the server prepares what it is sent again and again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import polars as pl
import psycopg
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    FromClause,
    Select,
    String,
    Table,
    Uuid,
    bindparam,
    extract,
    func,
    literal,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.util import LRUCache

from cockpit.storage.at_once import OF_WORKSPACE, Ask, statement_of
from cockpit.storage.frame_types import polars_type
from cockpit.storage.together import Asked, Rows, text_of

GIVEN = "given"  # the parameter that holds the rows
Shape = tuple[Any, ...]
_kept: LRUCache[Shape, Text] = LRUCache(500)


@dataclass(frozen=True, slots=True)
class Text:
    """A statement as text with its constants, and the schema of what it answers; None: nothing."""

    text: str
    constants: Mapping[str, Any]
    schema: Mapping[str, pl.DataType] | None


def answered(conn: Connection, workspace_id: UUID, asks: Sequence[Ask]) -> list[pl.DataFrame]:
    """Send all statements before the first answer is awaited."""
    driver = cast("psycopg.Connection[Any]", conn.connection.driver_connection)
    texts = [_text(conn, ask) for ask in asks]
    with driver.pipeline():
        cursors = [
            driver.cursor().execute(
                cast(Any, one.text), {**one.constants, GIVEN: travelling(ask), OF_WORKSPACE.key: workspace_id}
            )
            for one, ask in zip(texts, asks, strict=True)
        ]
    # Only now: to fetch within the pipeline is a round trip of its own.
    return [_frame(cursor, one) for cursor, one in zip(cursors, texts, strict=True)]


def piped(conn: Connection, asked: Sequence[Asked]) -> list[Rows]:
    """The same for statements with single values, answered as rows."""
    driver = cast("psycopg.Connection[Any]", conn.connection.driver_connection)
    texts = [text_of(conn, one) for one in asked]
    with driver.pipeline():
        cursors = [
            driver.cursor().execute(cast(Any, text.text), text.bound(one.values))
            for text, one in zip(texts, asked, strict=True)
        ]
    # Here, too, after the pipeline.
    return [text.read(cursor.fetchall()) if text.results else [] for cursor, text in zip(cursors, texts, strict=True)]


def _text(conn: Connection, ask: Ask) -> Text:
    shape = (ask.build, ask.table.name, *ask.frame.columns)
    found = _kept.get(shape)
    if found is None:
        found = _kept[shape] = _written(conn, ask)
    return found


def _written(conn: Connection, ask: Ask) -> Text:
    given = (array if is_list(ask) else recordset)(ask.table, ask.frame.columns)
    statement = statement_of(conn, ask, given)
    columns = list(statement.selected_columns if isinstance(statement, Select) else statement._returning)
    if isinstance(statement, Select):
        inner = statement.subquery()
        statement = select(*(plain(column) for column in inner.c))
    compiled = statement.compile(dialect=conn.dialect, compile_kwargs={"render_postcompile": True})
    return Text(
        str(compiled), compiled.construct_params(), {str(column.key): polars_type(column) for column in columns} or None
    )


def plain(column: Any) -> Any:
    """A column as a number or text that polars takes as it is."""
    if isinstance(column.type, DateTime):
        return sql_cast(extract("epoch", column) * literal(1_000_000), BigInteger).label(column.key)
    return sql_cast(column, String).label(column.key) if isinstance(column.type, JSON | Uuid) else column


def _frame(cursor: psycopg.Cursor[Any], text: Text) -> pl.DataFrame:
    """The rows of an answer."""
    if text.schema is None:
        return pl.DataFrame()
    return pl.DataFrame(cursor.fetchall(), schema=dict(text.schema), orient="row")


def is_list(ask: Ask) -> bool:
    """Whether the frame is a list of ids."""
    return ask.frame.width == 1 and isinstance(ask.table.c[ask.frame.columns[0]].type, Uuid)


def travelling(ask: Ask) -> str:
    """The rows as one parameter."""
    return "{" + ",".join(ask.frame.to_series()) + "}" if is_list(ask) else ask.frame.write_json()


def array(table: Table, columns: Sequence[str]) -> FromClause:
    """The parameter as rows of one id."""
    ids = sql_cast(bindparam(GIVEN, None, String()), ARRAY(Uuid()))
    return select(func.unnest(ids, type_=Uuid()).label(columns[0])).subquery("given")


def recordset(table: Table, columns: Sequence[str]) -> FromClause:
    """The parameter as rows with the types of the table."""
    types = {key: table.c[key].type for key in columns}
    sent_as = {key: String() if isinstance(kind, JSON) else kind for key, kind in types.items()}
    rows = func.json_to_recordset(sql_cast(bindparam(GIVEN, None, String()), JSON()))
    names_and_types = [sql_column(key, kind) for key, kind in sent_as.items()]
    given = rows.table_valued(*names_and_types).render_derived(name="given_rows", with_types=True)
    return select(*(sql_cast(given.c[key], types[key]).label(key) for key in columns)).subquery("given")
