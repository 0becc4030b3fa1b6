"""A name that a spreadsheet would run arrives as the name it is, in every format."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.exports.certificate import Order
from cockpit.exports.export import export
from cockpit.exports.formula import guarded
from cockpit.exports.table import Column, Table
from tests.exports.rows import FORMULA_NAMES, NOW, frame_of, people, table_of

LIVE = tuple("=+-@\t\r\n＝＋－＠")
ORDER = Order(workspace="loans", what="view:people", instant=NOW)


def test_there_are_fifteen_payloads() -> None:
    assert len(FORMULA_NAMES) == 15


def test_no_csv_cell_starts_like_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    export(table_of(frame_of(name=FORMULA_NAMES)), ORDER, "csv", path)
    with path.open(newline="", encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    assert [name for name in names if name.startswith(LIVE)] == []
    assert names == ["'" + name for name in FORMULA_NAMES]


def test_csv_text_is_quoted_so_that_no_other_separator_makes_a_cell(tmp_path: Path) -> None:
    """A spreadsheet of a country that separates by semicolons would split `a;=1+1`."""
    path = tmp_path / "people.csv"
    export(table_of(frame_of(name=["a;=1+1", "b\t=1+1"])), ORDER, "csv", path)
    text = path.read_bytes().decode()
    assert '"a;=1+1",' in text
    assert '"b\t=1+1",' in text


def test_xlsx_holds_the_names_untouched_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    export(table_of(frame_of(name=[name for name in FORMULA_NAMES if "\r" not in name])), ORDER, "xlsx", path)
    cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert [row[0].value for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2)] == [
        name for name in FORMULA_NAMES if "\r" not in name
    ]


def test_parquet_values_are_untouched(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    export(table_of(frame_of(name=FORMULA_NAMES)), ORDER, "parquet", path)
    assert pl.read_parquet(path)["name"].to_list() == FORMULA_NAMES


@pytest.mark.parametrize(
    ("phone", "exported"),
    [("+14155550123", "+14155550123"), ("+1+1", "'+1+1"), ("+44 20 7946 0000", "'+44 20 7946 0000"), ("=1", "'=1")],
)
def test_only_a_real_phone_number_keeps_its_plus(tmp_path: Path, phone: str, exported: str) -> None:
    path = tmp_path / "people.csv"
    export(table_of(frame_of(name=["A"], phone=[phone])), ORDER, "csv", path)
    with path.open(newline="", encoding="utf-8") as file:
        assert [row["phone"] for row in csv.DictReader(file)] == [exported]


@pytest.mark.parametrize("slug", ["csv", "xlsx", "parquet"])
def test_five_thousand_people_with_payloads_are_five_thousand_rows(tmp_path: Path, slug: str) -> None:
    path = tmp_path / f"people.{slug}"
    certificate = export(
        Table(table_of().columns, iter([*people(4985), frame_of(name=FORMULA_NAMES)])), ORDER, slug, path
    )
    assert certificate.rows == 5000
    assert rows_in(path) == 5000


def rows_in(path: Path) -> int:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return sum(1 for _ in csv.DictReader(file))
    if path.suffix == ".xlsx":
        return openpyxl.load_workbook(path).active.max_row - 1
    return pl.read_parquet(path).height


@given(st.text())
def test_no_text_starts_live_after_guarding(text: str) -> None:
    exported = guarded(pl.DataFrame({"name": [text]}), [Column("name")])["name"][0]
    assert not exported.startswith(LIVE)
    assert exported.removeprefix("'") == text.removeprefix("'")


@given(st.lists(st.none() | st.text() | st.sampled_from(FORMULA_NAMES) | st.from_regex(r"\+[0-9]{1,16}")))
def test_looking_for_suspects_first_changes_no_text(texts: list[str | None]) -> None:
    """Most columns are left alone after one look; every text must come out as if it had been matched by itself."""
    frame = pl.DataFrame({"name": texts, "phone": texts}, schema={"name": pl.String, "phone": pl.String})
    exported = guarded(frame, [Column("name"), Column("phone", "phone")])
    for text, name, phone in zip(texts, exported["name"], exported["phone"], strict=True):
        live = text is not None and text.startswith(LIVE)
        assert name == (f"'{text}" if live else text)
        assert phone == (f"'{text}" if live and not re.fullmatch(r"\+[1-9][0-9]{6,14}", text or "") else text)
