"""An instant as a literal of an expression; polars works a whole query to make one of a `datetime`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = pl.Datetime("us", "UTC")


def microseconds(now: datetime) -> int:
    """Since 1970."""
    return (now - EPOCH) // timedelta(microseconds=1)


def moment(now: datetime) -> pl.Expr:
    """The literal."""
    return pl.lit(microseconds(now), pl.Int64).cast(_INSTANT)
