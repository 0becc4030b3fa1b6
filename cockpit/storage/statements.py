"""Statements as text, written once: the same statement with other values is found again by its cache key.

Writing the text of a statement takes longer than running it when it reads a few rows by index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import polars as pl
from sqlalchemy import Connection, Select, Subquery
from sqlalchemy.util import LRUCache

from cockpit.storage.frame_types import polars_type

# What a list is spread into depends on its length: such a text serves once.
NOT_AGAIN: Mapping[str, int] = {}
NOTHING: Mapping[str, Any] = {}
Rewrite = Callable[[Subquery], Select[Any]]
_written: LRUCache[Any, Written] = LRUCache(500)


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a statement, where its values come from, and the schema of its frame."""

    text: str
    order: tuple[str, ...]  # the parameters by position, where the driver wants that
    values: Mapping[str, Any]  # of the statement that was written first
    sources: Mapping[str, int]  # parameter -> place among the values of a statement with the same key
    processors: Mapping[str, Callable[[Any], Any]]
    schema: Mapping[str, pl.DataType]

    def bound(self, given: Sequence[Any] | None, named: Mapping[str, Any]) -> dict[str, Any]:
        """The values by parameter, as the driver wants them."""
        values = dict(self.values)
        if given is not None:
            values |= {name: given[place].effective_value for name, place in self.sources.items()}
        values |= named
        return values | {name: process(values[name]) for name, process in self.processors.items() if name in values}


def written(
    conn: Connection, statement: Select[Any], rewrite: Rewrite, named: Mapping[str, Any] = NOTHING
) -> tuple[Written, dict[str, Any]]:
    """A statement as text, selected from by `rewrite` in columns that travel well, with its values.

    A statement that is kept and has named parameters gets their values in `named`.
    """
    key = statement._generate_cache_key()
    name = None if key is None else (conn.dialect.name, rewrite, key.key)
    found = None if name is None else _written.get(name)
    if found is None:
        found = _write(conn, statement, rewrite, [] if key is None else key.bindparams)
        if name is not None and found.sources is not NOT_AGAIN:
            _written[name] = found
        return found, found.bound(None, named)
    return found, found.bound(cast(Any, key).bindparams, named)


def _write(conn: Connection, statement: Select[Any], rewrite: Rewrite, given: Sequence[Any]) -> Written:
    inner = statement.subquery()
    compiled = cast(Any, rewrite(inner).compile(dialect=conn.dialect, compile_kwargs={"render_postcompile": True}))
    places = {parameter.key: place for place, parameter in enumerate(given)}
    spread = bool(compiled.post_compile_params) or bool(compiled.literal_execute_params)
    sources = {name: places[one.key] for one, name in compiled.bind_names.items() if one.key in places}
    return Written(
        text=str(compiled),
        order=tuple(compiled.positiontup or ()),
        values=compiled.construct_params(_check=False),  # named ones have their values later
        sources=NOT_AGAIN if spread else sources,
        processors=compiled._bind_processors,
        schema={str(column.key): polars_type(column) for column in inner.c},
    )
