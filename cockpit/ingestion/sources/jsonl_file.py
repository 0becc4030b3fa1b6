"""JSON Lines: one object per line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import polars as pl

from cockpit.ingestion.sources.batch import MAX_ROW, Columns, RawBatch, Reject
from cockpit.ingestion.sources.compressed import CUT_OFF, lines_of, open_text
from cockpit.ingestion.sources.text import NOT_UTF8, is_utf8, parse_json, row_of


def read_jsonl(path: Path, columns: Columns, *, skip: int, batch_rows: int) -> Iterator[RawBatch]:
    """Yield the rows of a JSON Lines file in batches."""
    with open_text(path) as opened:
        number, rows, rejects = 0, dict[int, dict[str, str]](), list[Reject]()
        for line in _lines(lines_of(opened.text)):
            number += 1
            if number <= skip:
                continue
            try:
                rows[number] = parse_line(line, columns)
            except (ValueError, RecursionError) as error:
                rejects.append(Reject(number, _sentence(error, line), (line or "").rstrip("\r\n")))
            if len(rows) + len(rejects) >= batch_rows:
                yield RawBatch(rows_frame(rows, columns), tuple(rejects), number, opened.position)
                rows, rejects = {}, []
        if rows or rejects:
            yield RawBatch(rows_frame(rows, columns), tuple(rejects), number, opened.position)


def rows_frame(rows: Mapping[int, dict[str, str]], columns: Columns) -> pl.DataFrame:
    """Rows as text columns, every known column among them."""
    names = dict.fromkeys(columns.known)
    if columns.rest:
        names |= dict.fromkeys(name for row in rows.values() for name in row)
    data = {name: [row.get(name) for row in rows.values()] for name in names}
    frame = pl.DataFrame(data, schema=dict.fromkeys(names, pl.String))
    return frame.with_columns(pl.Series("row", list(rows), dtype=pl.Int64))


def parse_line(line: str | None, columns: Columns) -> dict[str, str]:
    """The fields of one line; ValueError says what is wrong with it."""
    if line is None:
        raise ValueError("the file ends in the middle of this row: its gzip stream is cut off")
    if len(line) > MAX_ROW:
        raise ValueError(f"the row is longer than {MAX_ROW:,} characters")
    if not is_utf8(line):
        raise ValueError(f"the row {NOT_UTF8}")
    record = parse_json(line)
    if not isinstance(record, dict):
        raise ValueError("the row is not a JSON object")
    return row_of(record, columns)


def _lines(lines: Iterable[str]) -> Iterator[str | None]:
    try:
        for line in lines:
            if line.strip():
                yield line
    except CUT_OFF:
        yield None


def _sentence(error: ValueError | RecursionError, line: str | None) -> str:
    if isinstance(error, RecursionError):
        return "the row is nested too deeply"
    if type(error) is ValueError:
        return str(error)
    ending = "" if line and line.endswith(("\n", "\r")) else ": the file ends in the middle of this row"
    return f"the row is not JSON ({error}){ending}"
