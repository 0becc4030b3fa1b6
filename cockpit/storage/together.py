"""Statements with single values, written once, several in one round trip where the engine can; rows as plain tuples.

    Asked(statement, values)       `statement` is made once, its parameters named
    new_row(table) -> Insert       whose parameters are its columns
    rows_together(conn, *asked) -> list[list[tuple]]         the rows each gives, in their order

Each statement sees what the ones before it waited for: what is read behind a lock is read after it was had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, Float, Insert, Numeric, Table, bindparam, insert
from sqlalchemy.util import LRUCache

from cockpit.storage.engines import engine_of

Rows = list[tuple[Any, ...]]
Convert = Callable[[Any], Any]
_plain: LRUCache[Any, Plain] = LRUCache(200)


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement and the values of its parameters."""

    statement: Any
    values: Mapping[str, Any]
    locks: bool = False  # hold the rows that are read until the transaction ends


@dataclass(frozen=True, slots=True)
class Plain:
    """A statement as text, and what its values and its rows pass through on their way."""

    text: str
    order: tuple[str, ...]  # the parameters by position, where the driver wants that
    constants: Mapping[str, Any]
    binds: Mapping[str, Convert]
    results: tuple[Convert | None, ...]

    def bound(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values by parameter, as the driver wants them."""
        values = {**self.constants, **given}
        return values | {name: convert(values[name]) for name, convert in self.binds.items()}

    def read(self, rows: Rows) -> Rows:
        """The rows of an answer."""
        if not any(self.results):
            return rows
        return [
            tuple(
                value if convert is None else convert(value) for convert, value in zip(self.results, row, strict=True)
            )
            for row in rows
        ]


def rows_together(conn: Connection, *asked: Asked) -> list[Rows]:
    """Run all of them, in their order; a statement without rows to give answers with none."""
    return engine_of(conn).rows_together(conn, asked)


@cache
def new_row(table: Table) -> Insert:
    """An insert of one row: its parameters are the columns, workspace_id among them."""
    return insert(table).values({name: bindparam(name, type_=column.type) for name, column in table.c.items()})


def text_of(conn: Connection, asked: Asked) -> Plain:
    """The text of a statement, written once."""
    key = (conn.dialect.name, asked.statement, asked.locks)
    found = _plain.get(key)
    if found is None:
        found = _plain[key] = _written(conn, asked)
    return found


def _written(conn: Connection, asked: Asked) -> Plain:
    statement = engine_of(conn).locked(asked.statement) if asked.locks else asked.statement
    compiled = statement.compile(dialect=conn.dialect, compile_kwargs={"render_postcompile": True})
    return Plain(
        text=str(compiled),
        order=tuple(compiled.positiontup or ()),
        constants=compiled.construct_params(_check=False),
        binds=cast("Mapping[str, Convert]", compiled._bind_processors),  # there are no tuples among the values
        results=tuple(_processor(conn, column) for column in _columns(statement)),
    )


def _columns(statement: Any) -> Sequence[Any]:
    """What a statement gives."""
    return list(statement.selected_columns) if hasattr(statement, "selected_columns") else list(statement._returning)


def _processor(conn: Connection, column: Any) -> Convert | None:
    """What makes a value of a column out of what the driver gives; numbers are given as they are."""
    if isinstance(column.type, Float | Numeric):
        return None
    found: Convert | None = column.type.dialect_impl(conn.dialect).result_processor(conn.dialect, None)
    return found
