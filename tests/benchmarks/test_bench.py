"""`cockpit bench`: every number is there, and it refuses to compare different answers. No time is asserted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cockpit.bench import files, ingest, reads
from cockpit.bench.reads import DifferentPanels, check_same
from cockpit.bench.run import parts_named
from cockpit.bench.servers import engines_named
from cockpit.errors import InvalidInput
from cockpit.model.panel import PanelRow, PanelRows
from tests.cli.command import cockpit_command

RATIOS = {
    "import": "times_raw_insert",
    "panels": "raw_p50_over_indexed_p95",
    "rescore": "times_column_scan",
    "single_signals": "times_raw_row",
}


@pytest.fixture
def few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once is enough to see that it works."""
    monkeypatch.setattr(reads, "INDEXED_RUNS", 2)
    monkeypatch.setattr(ingest, "SINGLES", 2)
    monkeypatch.setattr(files, "RUNS", 1)


@pytest.mark.usefixtures("few_runs")
@pytest.mark.parametrize("engine", ["duckdb", "postgresql"])
def test_report_has_every_ratio(engine: str, postgres_server: str) -> None:
    words = ["--people", "100", "--signals", "1000", "--engine", engine, "--postgresql", postgres_server]
    answer = cockpit_command("bench", *words, "--raw-runs", "1", "--json")
    assert answer.status == 0, answer.err
    told = answer.json()
    assert (told["people"], told["signals"]) == (100, 1000)
    parts = told["engines"][engine]
    for part, ratio in RATIOS.items():
        assert parts[part][ratio] > 0, part
    assert parts["import"]["accepted"] == 1000
    assert {"p50_ms", "p95_ms", "rows"} <= set(parts["panels"])
    assert [parts["export"][slug]["rows"] for slug in ("csv", "parquet", "xlsx")] == [100, 100, 100]
    for told_of in parts["export"].values():
        assert told_of["times_raw_durable_write"] > 0
        assert told_of["peak_mb"] > 0
        assert (told_of["rows_of_a_fifth"], told_of["peak_mb_of_a_fifth"] > 0) == (20, True)


def test_unknown_engine_is_named() -> None:
    with pytest.raises(InvalidInput, match="no engine 'oracle': choose one of duckdb, postgresql or both"):
        engines_named("oracle")


@pytest.mark.usefixtures("few_runs")
def test_only_some_parts() -> None:
    answer = cockpit_command(
        "bench", "--people", "100", "--signals", "1000", "--engine", "duckdb", "--parts", "rescore", "--json"
    )
    assert list(answer.json()["engines"]["duckdb"]) == ["import", "rescore"]


def test_unknown_part_is_named() -> None:
    with pytest.raises(InvalidInput, match="no part 'lunch': the parts are panels, rescore, export, single_signals"):
        parts_named("panels,lunch")


def test_different_answers_are_not_compared() -> None:
    row = PanelRow(person_id="1", external_id="a", name="Ada", rank_value=1.0, why="")
    panel = PanelRows("hot_leads", datetime(2026, 3, 2, tzinfo=UTC), (row,), more=False)
    check_same({"hot_leads": panel}, {"hot_leads": panel})
    with pytest.raises(DifferentPanels, match="hot_leads differs"):
        check_same({"hot_leads": panel}, {"hot_leads": replace(panel, rows=())})
