"""XLSX: a workbook streamed row by row, in memory that does not grow with the rows.

Polars builds the sheet's XML a batch at a time and it goes straight into the zip. Texts are inline strings, which no
spreadsheet runs as a formula. The ordinary writers need minutes for a million rows, or all of them in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cockpit.exports.ahead import ahead
from cockpit.exports.sheet_xml import FOOT, head_of, rows_of, title_row
from cockpit.exports.sink import Sink
from cockpit.exports.table import Table
from cockpit.exports.workbook_xml import parts

slug = "xlsx"
title = "Excel workbook"
suffix = ".xlsx"
media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
help = "For Excel, LibreOffice and Google Sheets. Texts stay texts, dates are dates, and nothing is a formula."
limits = "A sheet ends at 1,048,576 rows and continues on the next sheet; a cell ends at 32,767 characters."

SHEET_ROWS = 1_048_576
PIECE_ROWS = 16_384
# Python's zip needs the zip64 form for members of 2 GiB, which Excel does not open from a stream.
SHEET_BYTES = 1_900_000_000
FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # the oldest a zip can hold: the same rows make the same file


def write(table: Table, sink: Sink) -> Iterator[int]:
    """Write the table, sheet after sheet; yields the number of rows after each batch."""
    pieces = ahead(_pieces(table))
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=1) as book, closing(pieces):
        sheets = 0
        piece = next(pieces, None)
        while piece is not None or sheets == 0:
            sheets += 1
            rows, size = 1, 0
            with book.open(_member(f"xl/worksheets/sheet{sheets}.xml"), "w") as sheet:
                sheet.write(head_of(table.columns) + title_row(table.columns))
                while piece is not None and rows + piece.rows <= SHEET_ROWS and size < SHEET_BYTES:
                    size += sheet.write(piece.xml)
                    rows += piece.rows
                    yield piece.rows
                    piece = next(pieces, None)
                sheet.write(FOOT)
        for name, text in parts(sheets).items():
            book.writestr(_member(name), text)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some rows as XML."""

    xml: bytes
    rows: int


def _member(name: str) -> ZipInfo:
    member = ZipInfo(name, FIRST_DATE)
    member.compress_type = ZIP_DEFLATED
    return member


def _pieces(table: Table) -> Iterator[_Piece]:
    """The frames in pieces small enough that their XML stays small, whatever the caller's batch size."""
    for frame in table.frames:
        for some in frame.iter_slices(PIECE_ROWS):
            yield _Piece(rows_of(some, table.columns), some.height)
