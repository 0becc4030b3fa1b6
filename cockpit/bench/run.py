"""One run: a fresh database, made-up data, every measurement, one document."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cockpit.bench.files import measure_exports
from cockpit.bench.ingest import measure_import, measure_singles, write_files
from cockpit.bench.reads import measure_panels, measure_rescore
from cockpit.bench.synthetic import Population
from cockpit.bootstrap import Cockpit, open_cockpit
from cockpit.ingestion.load import import_signals
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.scratch import fresh_database
from cockpit.storage.workspaces import insert_workspace

SMALL = (100, 1_000)
Say = Callable[[str], None]


def run_engine(url: str, population: Population, say: Say, *, raw_runs: int) -> dict[str, Any]:
    """Every measurement on a fresh database beside the given one."""
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as name, fresh_database(url, Path(name)) as fresh:
        cockpit = open_cockpit(Settings(database_url=fresh))
        try:
            return measure_all(cockpit, population, Path(name), say, raw_runs=raw_runs)
        finally:
            cockpit.close()


def measure_all(cockpit: Cockpit, population: Population, folder: Path, say: Say, *, raw_runs: int) -> dict[str, Any]:
    """The measurements, in the order in which each leaves what the next one needs."""
    now = population.until
    big = new_workspace(cockpit, "bench", now)
    small = new_workspace(cockpit, "bench-small", now)
    say("making files")
    files = write_files(population, folder)
    say("import")
    result: dict[str, Any] = {"import": measure_import(cockpit, big, files, now)}
    fill_small(cockpit, small, folder, now)
    cockpit.db.settle()
    say("ten panels")
    result["panels"] = measure_panels(cockpit, big, now, raw_runs=raw_runs)
    result["panels_of_100_people"] = measure_panels(cockpit, small, now, raw_runs=raw_runs)
    result["panels"]["p50_over_p50_of_100_people"] = round(
        result["panels"]["p50_ms"] / result["panels_of_100_people"]["p50_ms"], 2
    )
    say("rescore")
    result["rescore"] = measure_rescore(cockpit, big, now)
    say("exports")
    result["export"] = measure_exports(cockpit, big, folder, now)
    say("single signals")
    result["single_signals"] = measure_singles(cockpit, big, population, now)
    return result


def new_workspace(cockpit: Cockpit, subdomain: str, now: datetime) -> WorkspaceId:
    """An empty workspace."""
    with cockpit.db.write() as conn:
        return insert_workspace(conn, subdomain=subdomain, name=subdomain, time_zone="UTC", now=now)


def fill_small(cockpit: Cockpit, workspace_id: WorkspaceId, folder: Path, now: datetime) -> None:
    """A hundred people, to see what size costs."""
    place = folder / "small"
    place.mkdir()
    people, signals = write_files(Population(*SMALL, until=now), place)
    import_signals(cockpit, workspace_id, signals, people=people, now=now)


def machine() -> dict[str, Any]:
    """Where the numbers come from."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("duckdb", "polars", "sqlalchemy", "psycopg")},
    }
