"""What an export is given: named columns, and the rows as a stream of frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

Kind = Literal["text", "phone", "number", "integer", "yes_no", "instant"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export: the name in the frames, and what its values are."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows on their way out: never all of them at once."""

    columns: tuple[Column, ...]
    frames: Iterator[pl.DataFrame]

    @property
    def names(self) -> list[str]:
        """The column names, in order."""
        return [column.name for column in self.columns]


DTYPES: dict[Kind, pl.DataType] = {
    "text": pl.String(),
    "phone": pl.String(),
    "number": pl.Float64(),
    "integer": pl.Int64(),
    "yes_no": pl.Boolean(),
    "instant": pl.Datetime("us", "UTC"),
}


def conform(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """The frame with exactly these columns and their types; a number that is none becomes an empty cell."""
    return frame.select(
        pl.col(column.name).cast(DTYPES[column.kind]).fill_nan(None)
        if column.kind == "number"
        else pl.col(column.name).cast(DTYPES[column.kind])
        for column in columns
    )
