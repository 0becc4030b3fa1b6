"""What is in the files, to the byte."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from cockpit.exports import xlsx
from cockpit.exports.certificate import Order
from cockpit.exports.export import export
from cockpit.exports.registry import FORMATS
from tests.exports.rows import NOW, frame_of, people, table_of

GOLDEN = Path(__file__).parent / "golden"
ORDER = Order(workspace="loans", what="panel:hot_leads", instant=NOW)
AWKWARD = frame_of(
    name=["Zoë “Zed” O'Neil", 'Said "hi", left', "two\nlines", "", None, "Ünal <b>&amp;</b>", "محمد", "小林"],
    phone=["+14155550123", None, "+442079460000", "", "0171", None, "+966500000000", "+81312345678"],
    priority=[74.99, 0.0, None, float("nan"), -0.5, 100.0, 1e-9, 12.3],
    signals=[1, None, 2**40, 0, -1, 3, 4, 5],
    do_not_contact=[True, False, None, True, False, True, False, None],
    last_at=[NOW, None, datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), NOW, NOW, NOW, NOW, NOW],
)


@pytest.mark.parametrize("slug", ["csv", "xlsx"])
def test_file_is_the_golden_one(tmp_path: Path, slug: str) -> None:
    """The same rows give the same bytes on every machine and day; look at the file before replacing the golden one."""
    path = tmp_path / f"awkward.{slug}"
    export(table_of(AWKWARD), ORDER, slug, path)
    if slug == "csv":
        assert path.read_bytes() == (GOLDEN / "awkward.csv").read_bytes()
    else:
        assert cells_of(path) == cells_of(GOLDEN / "awkward.xlsx")


def cells_of(path: Path) -> list[tuple[object, ...]]:
    return [tuple(cell.value for cell in row) for row in openpyxl.load_workbook(path).active.iter_rows()]


def test_csv_reads_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "awkward.csv"
    export(table_of(AWKWARD), ORDER, "csv", path)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [name or "" for name in AWKWARD["name"].to_list()]
    assert rows[0]["last_at"] == "2026-03-02T09:00:00Z"
    assert rows[3]["priority"] == ""


def test_csv_lines_end_with_crlf(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    export(table_of(*people(3)), ORDER, "csv", path)
    assert path.read_bytes().count(b"\r\n") == 4
    assert path.read_bytes().endswith(b"\r\n")


def test_xlsx_has_typed_cells(tmp_path: Path) -> None:
    path = tmp_path / "awkward.xlsx"
    export(table_of(AWKWARD), ORDER, "xlsx", path)
    sheet = openpyxl.load_workbook(path).active
    first = [cell.value for cell in sheet[2]]
    assert first == ["Zoë “Zed” O'Neil", "+14155550123", 74.99, 1, True, NOW.replace(tzinfo=None)]
    assert sheet["C5"].value is None
    assert sheet["F4"].value == datetime(1999, 12, 31, 23, 59, 59)  # noqa: DTZ001  (a sheet has no zones)


def test_xlsx_spells_out_what_xml_cannot_carry(tmp_path: Path) -> None:
    path = tmp_path / "control.xlsx"
    export(table_of(frame_of(name=["a\x00b", "c\x1fd", "e\rf", "_x0041_", "￾"])), ORDER, "xlsx", path)
    names = [row[0].value for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2)]
    assert names == ["a_x0000_b", "c_x001F_d", "e_x000D_f", "_x005F_x0041_", "_xFFFE_"]


def test_xlsx_cell_ends_where_spreadsheets_end_it(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    export(table_of(frame_of(name=["x" * 40_000, "é" * 32_767])), ORDER, "xlsx", path)
    names = [row[0].value for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2)]
    assert [len(name) for name in names] == [32_767, 32_767]


def test_xlsx_goes_on_on_the_next_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "SHEET_ROWS", 101)
    path = tmp_path / "people.xlsx"
    certificate = export(table_of(*people(250, batch=50)), ORDER, "xlsx", path)
    book = openpyxl.load_workbook(path)
    assert [sheet.max_row for sheet in book] == [101, 101, 51]
    assert certificate.rows == 250


def test_parquet_keeps_types_and_rows(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    export(table_of(*people(2500)), ORDER, "parquet", path)
    assert pl.read_parquet(path).equals(pl.concat(people(2500)))


@pytest.mark.parametrize("slug", list(FORMATS))
def test_empty_list_is_a_file_with_titles_only(tmp_path: Path, slug: str) -> None:
    path = tmp_path / f"empty.{slug}"
    assert export(table_of(), ORDER, slug, path).rows == 0
    assert path.stat().st_size > 0
