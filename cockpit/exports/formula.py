"""Text that a spreadsheet would run as a formula, made harmless.

A leading apostrophe is what spreadsheets themselves use to say "this is text". Full-width signs count too: some
spreadsheets fold them to ASCII. A phone in E.164 starts with a plus and is left alone: it is digits after that.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from cockpit.exports.table import Column

TRIGGER: Final = r"^[=+\-@\t\r\n＝＋－＠]"
E164: Final = r"^\+[1-9][0-9]{6,14}$"


def guarded(column: Column) -> pl.Expr:
    """The column as text that no spreadsheet takes for a formula."""
    value = pl.col(column.name)
    live = value.str.contains(TRIGGER)
    if column.kind == "phone":
        live &= ~value.str.contains(E164)
    return pl.when(live).then(pl.concat_str(pl.lit("'"), value)).otherwise(value).alias(column.name)
