"""CSV: one bad row never takes a good one with it, also when a quote is left open."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import polars as pl

from cockpit.errors import InvalidInput
from cockpit.ingestion.sources.batch import MAX_FIELD, MAX_ROW, Columns, RawBatch, Reject
from cockpit.ingestion.sources.compressed import CUT_OFF, lines_of, open_text
from cockpit.ingestion.sources.text import NOT_UTF8, is_utf8

LINES_OF_A_FIELD = 1_000  # a quote that is still open after so many lines was never meant to span them
BLOCK = 8_192
Parsed = list[str] | Reject  # a reject's row number is filled in where rows are counted


@dataclass(slots=True)
class Lines:
    """Lines with a way back, for a quote that turns out to be left open."""

    source: Iterator[str]
    again: deque[str] = field(default_factory=deque)
    cut_off: bool = False

    def next(self) -> str | None:
        """The next line, or None at the end."""
        if self.again:
            return self.again.popleft()
        try:
            return next(self.source, None)
        except CUT_OFF:
            self.cut_off = True
            return None

    def block(self, most: int) -> list[str]:
        """Up to so many lines."""
        return list(islice(iter(self.next, None), most))


def read_csv(path: Path, columns: Columns, *, skip: int, batch_rows: int) -> Iterator[RawBatch]:
    """Yield the rows of a CSV file in batches."""
    with open_text(path) as opened:
        lines = Lines(lines_of(opened.text))
        header = header_of(lines, path, columns)
        last, waiting, rejects = 0, list[tuple[int, list[str]]](), list[Reject]()
        for block in blocks(lines, len(header), min(BLOCK, batch_rows)):
            numbered = enumerate(block, start=last + 1)
            last += len(block)
            if last <= skip:
                continue
            for number, row in numbered:
                if number <= skip:
                    continue
                if isinstance(row, Reject):
                    rejects.append(Reject(number, row.reason, row.text))
                else:
                    waiting.append((number, row))
            if len(waiting) + len(rejects) >= batch_rows:
                yield RawBatch(frame_of(header, waiting), tuple(rejects), last, opened.position)
                waiting, rejects = [], []
        if waiting or rejects:
            yield RawBatch(frame_of(header, waiting), tuple(rejects), last, opened.position)


def header_of(lines: Lines, path: Path, columns: Columns) -> list[str]:
    """The column names, checked against what is known."""
    first = lines.next()
    if first is None or not first.strip():
        raise InvalidInput(f"{path.name} is empty: the first row must name the columns.")
    try:
        names = [name.strip() for name in next(csv.reader([first], strict=True))]
    except csv.Error as error:
        raise InvalidInput(f"{path.name}: the header is malformed ({error}).") from error
    check_header(names, path, columns)
    return names


def check_header(names: list[str], path: Path, columns: Columns) -> None:
    """Refuse a file whose columns are unknown, missing or named twice."""
    unknown = [name for name in names if name not in columns.known]
    if unknown and not columns.rest:
        raise InvalidInput(
            f"{path.name}: unknown column `{unknown[0]!s:.60}` in the header; known are {', '.join(columns.known)}."
        )
    missing = [name for name in columns.needed if name not in names]
    if missing:
        raise InvalidInput(f"{path.name}: the header has no column `{missing[0]}`.")
    if len(set(names)) != len(names) or "" in names or not is_utf8("".join(names)):
        raise InvalidInput(f"{path.name}: the header has an unreadable, empty or repeated column name.")


def frame_of(header: list[str], rows: list[tuple[int, list[str]]]) -> pl.DataFrame:
    """The numbered rows as text columns; an empty field is no value."""
    numbers = pl.Series("row", [number for number, _ in rows], dtype=pl.Int64)
    columns = zip(*(row for _, row in rows), strict=True) if rows else ((),) * len(header)
    data = dict(zip(header, columns, strict=True))
    frame = pl.DataFrame(data, schema=dict.fromkeys(header, pl.String))
    filled = frame.select(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in header)
    return filled.with_columns(numbers)


def blocks(lines: Lines, width: int, most: int) -> Iterator[Sequence[Parsed]]:
    """The records of a file after its header, some at a time; blank lines are no records."""
    while block := lines.block(most):
        whole = _whole_block(block, width)
        if whole is None:
            lines.again.extendleft(reversed(block))
            yield list(_one_by_one(lines, len(block), width))
        else:
            yield whole
    if lines.cut_off:
        yield [Reject(0, "the file ends in the middle of this row: its gzip stream is cut off")]


def _one_by_one(lines: Lines, count: int, width: int) -> Iterator[Parsed]:
    for _ in range(count):
        line = lines.next()
        if line is None:
            return
        if line.strip():
            yield _record(line, lines, width)


def _whole_block(block: list[str], width: int) -> list[list[str]] | None:
    """All records of a block when nothing is odd about it: one pass in C."""
    text = "".join(block)
    if len(max(block, key=len)) > MAX_FIELD or not is_utf8(text):
        return None
    if '"' in text and any(line.count('"') % 2 for line in block):
        return None
    try:
        parsed = [row for row in csv.reader(block, strict=True) if row]
    except csv.Error:
        return None
    return parsed if all(len(row) == width for row in parsed) else None


def _record(line: str, lines: Lines, width: int) -> Parsed:
    if len(line) > MAX_ROW:
        return _bad(line, f"the row is longer than {MAX_ROW:,} characters")
    if line.count('"') % 2 == 0:
        return _parse(line, [line], width, ends=lines)
    following = _until_closed(line, lines)
    parsed = _parse(line, [line, *following], width, ends=lines)
    if isinstance(parsed, Reject) and following:
        lines.again.extendleft(reversed(following))
        return _bad(line, "a quoted field is not closed")
    return parsed


def _until_closed(line: str, lines: Lines) -> list[str]:
    following: list[str] = []
    size = len(line)
    while len(following) < LINES_OF_A_FIELD and size <= MAX_ROW:
        more = lines.next()
        if more is None:
            break
        following.append(more)
        size += len(more)
        if more.count('"') % 2:
            break
    return following


def _parse(first: str, record: list[str], width: int, *, ends: Lines) -> Parsed:
    if not all(is_utf8(line) for line in record):
        return _bad(first, f"the row {NOT_UTF8}")
    try:
        rows = list(csv.reader(record, strict=True))
    except csv.Error as error:
        return _bad(first, _sentence(error, first))
    if len(rows) != 1 or len(rows[0]) != width:
        ending = "" if first.endswith(("\n", "\r")) else ": the file ends in the middle of this row"
        return _bad(first, f"the row has {len(rows[0])} fields, the header has {width}{ending}")
    return rows[0]


def _sentence(error: csv.Error, line: str) -> str:
    if "limit" in str(error):
        return f"a field has more than {MAX_FIELD:,} characters"
    if not line.endswith(("\n", "\r")):
        return "a quoted field is not closed: the file ends in the middle of this row"
    return f"the row is malformed ({error})"


def _bad(line: str, reason: str) -> Reject:
    return Reject(0, reason, line.rstrip("\r\n"))
