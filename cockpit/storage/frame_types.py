"""How columns become frames: the polars type of every SQL type, the same on both engines."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Float,
    Integer,
    Numeric,
    String,
    Table,
    Uuid,
)

INSTANT = pl.Datetime("us", "UTC")

# First match wins. Uuid and JSON are text in frames: polars has no such types, and Python objects would be slow.
POLARS_TYPES: tuple[tuple[type[Any], pl.DataType], ...] = (
    (Boolean, pl.Boolean()),
    (BigInteger, pl.Int64()),
    (Integer, pl.Int32()),
    (Double, pl.Float64()),
    (Float, pl.Float64()),
    (Numeric, pl.Float64()),
    (DateTime, INSTANT),
    (Date, pl.Date()),
    (Uuid, pl.String()),
    (JSON, pl.String()),
    (String, pl.String()),
)


def polars_type(column: ColumnElement[Any]) -> pl.DataType:
    """The type a column has in frames."""
    for sql_type, frame_type in POLARS_TYPES:
        if isinstance(column.type, sql_type):
            return frame_type
    return pl.String()


def frame_schema(table: Table) -> dict[str, pl.DataType]:
    """The columns of a table as the schema of a frame."""
    return {column.name: polars_type(column) for column in table.c}


def empty_frame(table: Table) -> pl.DataFrame:
    """A frame with the columns of a table and no rows."""
    return pl.DataFrame(schema=frame_schema(table))
