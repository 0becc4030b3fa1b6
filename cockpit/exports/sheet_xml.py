"""The XML of a sheet, built by polars a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from cockpit.exports.table import Column
from cockpit.exports.workbook_xml import HEAD, MAIN

FOOT: Final = b"</sheetData></worksheet>"
CELL_CHARACTERS: Final = 32_767
WIDTHS: Final = {"text": 24, "phone": 18, "instant": 20}

# What XML 1.0 cannot carry, in the spelling that spreadsheets read back: _x0001_ and so on. A carriage return counts,
# because XML readers turn it into a line feed.
_UNSPEAKABLE: Final = [*range(0x20), 0xFFFE, 0xFFFF]
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"} | {
    chr(code): f"_x{code:04X}_" for code in _UNSPEAKABLE if code not in {0x09, 0x0A}
}
_LOOKS_ESCAPED: Final = r"_x([0-9A-Fa-f]{4}_)"
_EXCEL_EPOCH_DAYS: Final = 25_569  # from 1899-12-30 to 1970-01-01
_DAY_MICROSECONDS: Final = 86_400_000_000


def head_of(columns: Sequence[Column]) -> bytes:
    """What comes before the rows: the title row stays in sight, columns are wide enough to read."""
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{WIDTHS.get(column.kind, 12)}" customWidth="1"/>'
        for n, column in enumerate(columns, start=1)
    )
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>"
    ).encode()


def title_row(columns: Sequence[Column]) -> bytes:
    """The first row: the names of the columns."""
    cells = "".join(f'<c s="2" t="inlineStr"><is><t>{column.name}</t></is></c>' for column in columns)
    return f"<row>{cells}</row>".encode()


def rows_of(frame: pl.DataFrame, columns: Sequence[Column]) -> bytes:
    """The rows of a frame as XML."""
    row = pl.concat_str([pl.lit("<row>"), *(_cell(column) for column in columns), pl.lit("</row>")])
    xml: str = frame.select(row.str.join()).item()
    return xml.encode()


def _cell(column: Column) -> pl.Expr:
    """One cell; an empty one keeps its place, since cells carry no address."""
    value = pl.col(column.name)
    match column.kind:
        case "text" | "phone":
            filled = pl.format('<c t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>', _escaped(value))
        case "instant":
            filled = pl.format('<c s="1"><v>{}</v></c>', _serial(value))
        case "yes_no":
            filled = pl.format('<c t="b"><v>{}</v></c>', value.cast(pl.Int8))
        case _:
            filled = pl.format("<c><v>{}</v></c>", value)
    return filled.fill_null("<c/>")


def _escaped(value: pl.Expr) -> pl.Expr:
    """The text as XML, as long as a cell may be."""
    short = pl.when(value.str.len_bytes() > CELL_CHARACTERS).then(value.str.head(CELL_CHARACTERS)).otherwise(value)
    return short.str.replace_all(_LOOKS_ESCAPED, "_x005F_x$1").str.replace_many(_ESCAPES)


def _serial(value: pl.Expr) -> pl.Expr:
    """The instant as a spreadsheet counts time: days since the end of 1899, UTC."""
    return value.dt.epoch("us") / _DAY_MICROSECONDS + _EXCEL_EPOCH_DAYS
