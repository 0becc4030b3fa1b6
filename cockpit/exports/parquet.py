"""Parquet: typed columns for programs, values untouched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, cast

import polars as pl
import pyarrow.parquet as pq

from cockpit.exports.sink import Sink
from cockpit.exports.table import DTYPES, Table

slug = "parquet"
title = "Parquet"
suffix = ".parquet"
media_type = "application/vnd.apache.parquet"
help = "For data tools. Types are kept and values are untouched: a Parquet reader runs no formulas."
limits = ""


def write(table: Table, sink: Sink) -> Iterator[int]:
    """Write the table, one row group per batch; yields the number of rows after each."""
    schema = pl.DataFrame(schema={column.name: DTYPES[column.kind] for column in table.columns}).to_arrow().schema
    with pq.ParquetWriter(cast(IO[bytes], sink), schema, compression="zstd") as writer:
        for frame in table.frames:
            writer.write_table(frame.to_arrow().cast(schema))
            yield frame.height
