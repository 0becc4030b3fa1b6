"""CSV: RFC 4180 with CRLF, UTF-8, every text in quotes, and no cell that a spreadsheet would run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO

import polars as pl

from cockpit.exports.ahead import ahead
from cockpit.exports.formula import guarded
from cockpit.exports.sink import Sink
from cockpit.exports.spelling import spelled
from cockpit.exports.table import Column, Table

slug = "csv"
title = "CSV"
suffix = ".csv"
media_type = "text/csv; charset=utf-8"
help = "For any program. Cells that start like a formula get a leading apostrophe; phone numbers stay as they are."
limits = ""


def write(table: Table, sink: Sink) -> Iterator[int]:
    """Write the table; yields the number of rows after each batch."""
    sink.write(",".join(f'"{name}"' for name in table.names).encode() + b"\r\n")
    with closing(ahead((_lines(frame, table.columns), frame.height) for frame in table.frames)) as batches:
        for lines, rows in batches:
            sink.write(lines)
            yield rows


def _lines(frame: pl.DataFrame, columns: tuple[Column, ...]) -> memoryview:
    """The rows as bytes.

    Quoting every text keeps a cell whole for programs that split at semicolons or tabs, where `a;=1+1` would else
    become a formula.
    """
    plain = guarded(frame, columns).with_columns(
        spelled(frame[column.name]) for column in columns if column.kind == "instant"
    )
    lines = BytesIO()
    plain.write_csv(lines, include_header=False, line_terminator="\r\n", quote_style="non_numeric", batch_size=8192)
    return lines.getbuffer()
