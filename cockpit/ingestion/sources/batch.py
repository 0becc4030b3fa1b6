"""What every reader hands on: rows as text, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

MAX_FIELD = 131_072  # characters of one field; a whole e-mail fits, a file pasted into a cell does not
MAX_ROW = 1_048_576


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was not taken, and why."""

    row: int
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Some rows of a file: `frame` has a `row` number and text columns; rows that cannot be read are rejects."""

    frame: pl.DataFrame
    rejects: tuple[Reject, ...]
    last_row: int
    position: int  # bytes of the file read so far, for the progress bar


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a file may have; with `rest` the others are kept as they are."""

    known: tuple[str, ...]
    needed: tuple[str, ...]
    nested: tuple[str, ...] = ()  # columns that may hold a JSON object
    rest: bool = False


class Reader(Protocol):
    """Reads one format in batches, never the whole file at once."""

    def __call__(self, path: Path, columns: Columns, *, skip: int, batch_rows: int) -> Iterator[RawBatch]:
        """Yield the rows after the first `skip` ones."""
        ...
