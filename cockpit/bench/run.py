"""One run: a fresh database, made-up data, every measurement, one document."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cockpit.bench.files import measure_exports
from cockpit.bench.ingest import measure_import, measure_singles, write_files
from cockpit.bench.reads import measure_panels, measure_rescore
from cockpit.bench.synthetic import Population
from cockpit.bench.timing import ratio
from cockpit.bootstrap import Cockpit, open_cockpit
from cockpit.errors import InvalidInput
from cockpit.ingestion.load import import_signals
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.scratch import fresh_database
from cockpit.storage.workspaces import get_workspace, insert_workspace

SMALL = (100, 1_000)
BIG, FEW = "bench", "bench-small"  # the workspaces of a run
PARTS = ("panels", "rescore", "export", "single_signals")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does."""

    population: Population
    parts: tuple[str, ...]
    raw_runs: int
    say: Callable[[str], None]
    keep: bool = False  # leave the filled database of PostgreSQL behind, for `filled`


def parts_named(text: str) -> tuple[str, ...]:
    """The parts of a run that were asked for.

    Raises:
        InvalidInput: there is no such part.
    """
    parts = tuple(word.strip() for word in text.split(",") if word.strip())
    strange = [part for part in parts if part not in PARTS]
    if strange:
        raise InvalidInput(f"There is no part {strange[0]!r}: the parts are {', '.join(PARTS)}.")
    return parts or PARTS


def run_engine(url: str, plan: Plan) -> dict[str, Any]:
    """Every measurement on a fresh database beside the given one."""
    with (
        tempfile.TemporaryDirectory(prefix="cockpit-bench-") as name,
        fresh_database(url, Path(name), keep=plan.keep) as fresh,
        open_cockpit(Settings(database_url=fresh)) as cockpit,
    ):
        folder = Path(name)
        plan.say(f"filling {fresh}" if plan.keep else "filling")
        result = {"import": fill(cockpit, plan, folder)}
        return result | measure_parts(cockpit, plan, folder)


def run_filled(url: str, plan: Plan) -> dict[str, Any]:
    """The measurements but the import, on a database that an earlier run kept; the population must be the same."""
    with (
        tempfile.TemporaryDirectory(prefix="cockpit-bench-") as name,
        open_cockpit(Settings(database_url=url)) as cockpit,
    ):
        return measure_parts(cockpit, plan, Path(name))


def fill(cockpit: Cockpit, plan: Plan, folder: Path) -> dict[str, Any]:
    """Import the population, and a hundred people into a second workspace of the same database."""
    now = plan.population.until
    measured = measure_import(cockpit, new_workspace(cockpit, BIG, now), write_files(plan.population, folder), now)
    fill_small(cockpit, new_workspace(cockpit, FEW, now), folder, now)
    cockpit.db.settle()
    return measured


def filled_until(url: str) -> datetime:
    """The instant at which a kept database was filled: it is measured as of then.

    Raises:
        NotFound: no run filled this database.
    """
    # all workspaces: this is how a workspace is found
    with open_cockpit(Settings(database_url=url)) as cockpit, cockpit.db.read() as conn:
        return get_workspace(conn, BIG).created_at


def measure_parts(cockpit: Cockpit, plan: Plan, folder: Path) -> dict[str, Any]:
    """The measurements, in the order in which each leaves what the next one needs."""
    now = plan.population.until
    # all workspaces: this is how a workspace is found
    with cockpit.db.read() as conn:
        workspace_id, few = get_workspace(conn, BIG).workspace_id, get_workspace(conn, FEW).workspace_id
    result: dict[str, Any] = {}
    work: dict[str, Callable[[], dict[str, Any]]] = {
        "panels": lambda: compare_sizes(cockpit, workspace_id, few, plan),
        "rescore": lambda: measure_rescore(cockpit, workspace_id, now),
        "export": lambda: measure_exports(cockpit, workspace_id, folder, now),
        "single_signals": lambda: measure_singles(cockpit, workspace_id, plan.population, now),
    }
    for part in (part for part in PARTS if part in plan.parts):
        plan.say(part)
        result[part] = work[part]()
    return result


def compare_sizes(cockpit: Cockpit, workspace_id: WorkspaceId, small: WorkspaceId, plan: Plan) -> dict[str, Any]:
    """The panels of the big workspace, and those of one with a hundred people in the same database."""
    now = plan.population.until
    few = measure_panels(cockpit, small, now, raw_runs=plan.raw_runs)
    many = measure_panels(cockpit, workspace_id, now, raw_runs=plan.raw_runs)
    return {**many, "p50_over_p50_of_100_people": ratio(many["p50_ms"], few["p50_ms"]), "of_100_people": few}


def new_workspace(cockpit: Cockpit, subdomain: str, now: datetime) -> WorkspaceId:
    """An empty workspace."""
    # all workspaces: this one is not there yet
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
