"""The SHA-256 of a signal's canonical body: the same id with another body is a conflict, never an overwrite."""

from __future__ import annotations

from functools import lru_cache
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
    bodies = frame.select(_body(*(frame[name].dtype for name in BODY))).to_series()
    return pl.Series("digest", [sha256(body.encode()).hexdigest() for body in bodies], dtype=pl.String)


@lru_cache(maxsize=16)
def _body(*kinds: pl.DataType) -> pl.Expr:
    """Written once for each choice of types."""
    return pl.concat_str(map(_part, map(pl.col, BODY), kinds), separator=SEPARATOR)


def _part(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    plain = column.dt.timestamp("us") if isinstance(dtype, pl.Datetime) else column
    return plain.cast(pl.String).fill_null("")
