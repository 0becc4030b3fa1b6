"""Parquet: read by row groups, handed on as text so that every format passes the same checks."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from cockpit.errors import InvalidInput
from cockpit.ingestion.sources.batch import Columns, RawBatch
from cockpit.ingestion.sources.compressed import CUT_OFF, is_compressed, open_bytes
from cockpit.ingestion.sources.csv_file import check_header


def read_parquet(path: Path, columns: Columns, *, skip: int, batch_rows: int) -> Iterator[RawBatch]:
    """Yield the rows of a Parquet file in batches."""
    size = path.stat().st_size if path.exists() else 0
    with _plain(path) as plain, _opened(plain, path) as file:
        check_header(list(file.schema_arrow.names), path, columns)
        number = 0
        for table in file.iter_batches(batch_size=batch_rows):
            frame = pl.DataFrame(pl.from_arrow(table))
            first, number = number + 1, number + frame.height
            numbered = frame.select(_texts(frame)).with_columns(row=pl.int_range(first, number + 1, dtype=pl.Int64))
            left = numbered.filter(pl.col("row") > skip)
            if left.height:
                yield RawBatch(left, (), number, size * number // max(file.metadata.num_rows, 1))


@contextmanager
def _plain(path: Path) -> Iterator[Path]:
    """The uncompressed file; a gzipped one is unpacked beside nothing, into a temporary file."""
    if not is_compressed(path):
        yield path
        return
    with tempfile.NamedTemporaryFile(suffix=".parquet") as unpacked, open_bytes(path) as file:
        try:
            shutil.copyfileobj(gzip.GzipFile(fileobj=file), unpacked)
        except CUT_OFF as error:
            raise InvalidInput(f"{path.name} ends in the middle: its gzip stream is cut off.") from error
        unpacked.flush()
        yield Path(unpacked.name)


@contextmanager
def _opened(plain: Path, named: Path) -> Iterator[pq.ParquetFile]:
    try:
        file = pq.ParquetFile(plain)
    except FileNotFoundError as error:
        raise InvalidInput(f"{named} cannot be read: no such file.") from error
    except (pa.ArrowException, OSError) as error:
        raise InvalidInput(f"{named.name} is not a whole Parquet file: it may end in the middle.") from error
    with file:
        yield file


def _texts(frame: pl.DataFrame) -> list[pl.Expr]:
    return [_text(name, dtype).alias(name) for name, dtype in frame.schema.items()]


def _text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        zoned = column.dt.convert_time_zone("UTC") if dtype.time_zone else column
        return zoned.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f" + ("Z" if dtype.time_zone else ""))
    if isinstance(dtype, pl.Struct):
        return column.struct.json_encode()
    if dtype == pl.Boolean:
        return pl.when(column).then(pl.lit("true")).when(~column).then(pl.lit("false"))
    text = column.cast(pl.String, strict=False)
    return pl.when(text != "").then(text)
