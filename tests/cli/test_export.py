"""`cockpit export`: all rows into a file, said twice: in the answer and in the certificate."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from cockpit.settings import Settings
from cockpit.storage.database import open_database
from cockpit.storage.exports import list_exports
from cockpit.storage.workspaces import get_workspace
from tests.cli.command import cockpit_command

AS_OF = "2026-02-01T08:00:00Z"


@pytest.mark.parametrize("format_", ["csv", "xlsx", "parquet"])
def test_everybody_is_in_the_file(loans: str, tmp_path: Path, format_: str) -> None:
    out = tmp_path / f"people.{format_}"
    answer = cockpit_command("export", "--view", "people", "--workspace", loans, "--out", str(out))
    assert answer.status == 0, answer.err
    assert answer.out.startswith(f"30 rows written to {out}")
    assert sorted(names_in(out)) == sorted(f"Client {number}" for number in range(30))
    assert json.loads(Path(f"{out}.certificate.json").read_text())["rows"] == 30


def names_in(path: Path) -> list[str]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return [row["name"] for row in csv.DictReader(file)]
    if path.suffix == ".xlsx":
        rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
        return [row[rows[0].index("name")] for row in rows[1:]]
    return pl.read_parquet(path)["name"].to_list()


def test_panel_is_exported_whole_and_in_its_order(loans: str, tmp_path: Path) -> None:
    out = tmp_path / "leads.csv"
    words = ["--workspace", loans, "--as-of", AS_OF]
    answer = cockpit_command("export", "--panel", "priority_leads", *words, "--out", str(out), "--json")
    shown = cockpit_command("panels", *words, "--limit", "1000", "--json").json()["panels"]["priority_leads"]
    assert answer.json()["rows"] == len(shown) > 25
    assert names_in(out) == [row["name"] for row in shown]
    assert answer.json()["instant"] == AS_OF


def test_live_panel_is_exported_whole(loans: str, tmp_path: Path) -> None:
    out = tmp_path / "leads.csv"
    assert cockpit_command("export", "--panel", "priority_leads", "-w", loans, "--out", str(out)).status == 0
    shown = cockpit_command("panels", "-w", loans, "--limit", "1000", "--json").json()["panels"]["priority_leads"]
    assert names_in(out) == [row["name"] for row in shown]


@pytest.mark.parametrize("panel", ["team_activity", "automation_suggestions", "suggested_actions"])
def test_panels_of_other_things_are_exported_too(loans: str, tmp_path: Path, panel: str) -> None:
    out = tmp_path / "panel.csv"
    answer = cockpit_command("export", "--panel", panel, "--workspace", loans, "--out", str(out))
    assert answer.status == 0, answer.err
    assert out.read_text(encoding="utf-8").startswith('"')


def test_phone_numbers_survive(loans: str, tmp_path: Path) -> None:
    out = tmp_path / "people.csv"
    cockpit_command("export", "--view", "people", "--workspace", loans, "--out", str(out))
    with out.open(newline="", encoding="utf-8") as file:
        phones = {row["external_id"]: row["phone"] for row in csv.DictReader(file)}
    assert phones["c7"] == "+14155550107"


def test_export_leaves_a_line_in_the_log(loans: str, tmp_path: Path, loans_file: str) -> None:
    out = tmp_path / "people.csv"
    told = cockpit_command("export", "--view", "people", "-w", loans, "--out", str(out), "--json").json()
    db = open_database(Settings(database_url=loans_file).database_url)
    with db.read() as conn:
        lines = list_exports(conn, get_workspace(conn, loans).workspace_id)
    db.close()
    assert (told["sha256"], "view:people", "csv", 30) in [
        (line.sha256, line.what, line.format, line.row_count) for line in lines
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--out", "x.csv"], "Say what to export: either --panel KEY or --view people."),
        (["--panel", "hot_leads", "--view", "people", "--out", "x.csv"], "Say what to export: either"),
        (["--view", "companies", "--out", "x.csv"], "There is no list 'companies': the lists are people."),
        (["--view", "people", "--out", "x.pdf"], "Say the format of x.pdf with --format: csv, parquet, xlsx."),
        (["--view", "people", "--format", "pdf", "--out", "x"], "There is no export format 'pdf'"),
        (["--panel", "lukewarm", "--out", "x.csv"], "There is no panel lukewarm"),
        (["--view", "people", "--as-of", AS_OF, "--out", "x.csv"], "The people list has no past"),
        (
            ["--view", "people", "--out", "/nowhere/x.csv"],
            "/nowhere/x.csv cannot be written: No such file or directory.",
        ),
    ],
)
def test_wrong_order_is_one_sentence(loans: str, words: list[str], sentence: str) -> None:
    answer = cockpit_command("export", "--workspace", loans, *words)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.splitlines()[-1].startswith(sentence)
