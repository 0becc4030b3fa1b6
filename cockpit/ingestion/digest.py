"""The SHA-256 of a signal's canonical body: the same id with another body is a conflict, never an overwrite."""

from __future__ import annotations

from hashlib import sha256

import polars as pl

SEPARATOR = "\x1f"
BODY = (
    "type",
    "occurred_at",
    "person_id",
    "external_id",
    "email",
    "phone",
    "name",
    "value",
    "direction",
    "channel",
    "scheduled_for",
    "payload",
)


def digests(frame: pl.DataFrame) -> pl.Series:
    """One hexadecimal digest per row."""
    parts = [_part(pl.col(name), frame.schema[name]) for name in BODY]
    bodies = frame.select(pl.concat_str(parts, separator=SEPARATOR)).to_series()
    return pl.Series("digest", [sha256(body.encode()).hexdigest() for body in bodies], dtype=pl.String)


def _part(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    plain = column.dt.timestamp("us") if isinstance(dtype, pl.Datetime) else column
    return plain.cast(pl.String).fill_null("")
