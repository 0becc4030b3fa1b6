"""Text that a spreadsheet would run as a formula, made harmless.

A leading apostrophe is what spreadsheets themselves use to say "this is text". Full-width signs count too: some
spreadsheets fold them to ASCII. A phone in E.164 starts with a plus and is left alone: it is digits after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from cockpit.exports.table import Column

TRIGGER: Final = r"^[=+\-@\t\r\n＝＋－＠]"
E164: Final = r"^\+[1-9][0-9]{6,14}$"
TEXTS: Final = ("text", "phone")


def guarded(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """The frame with every text such that no spreadsheet takes it for a formula."""
    texts = [column for column in columns if column.kind in TEXTS]
    suspects = frame.select(_suspect(column).any() for column in texts)
    return frame.with_columns(_guarded(column) for column in texts if suspects[column.name][0])


def _suspect(column: Column) -> pl.Expr:
    """Whether a text may be live.

    Comparing is three times as fast as matching, and hardly a text starts with less than a letter that is no digit, or
    with one of the full-width forms or what comes after them.
    """
    if column.kind == "phone":
        return _live(column)
    value = pl.col(column.name)
    return (value < "0") | ((value >= ":") & (value < "A")) | (value >= "\uff00")


def _live(column: Column) -> pl.Expr:
    """Whether a spreadsheet would run the text."""
    live = pl.col(column.name).str.contains(TRIGGER)
    return live & ~pl.col(column.name).str.contains(E164) if column.kind == "phone" else live


def _guarded(column: Column) -> pl.Expr:
    value = pl.col(column.name)
    return pl.when(_live(column)).then(pl.concat_str(pl.lit("'"), value)).otherwise(value).alias(column.name)
