"""Kill the making of a workspace with SIGKILL before every statement and every commit; the worker takes it up again.

python -m tests.campaigns.kill_provisioning --engine duckdb|postgresql
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from cockpit.access.workspace_states import LEASE, resume_due
from cockpit.ingestion.start import RULES
from cockpit.model.ids import workspace_id_of
from cockpit.storage.database import Database, open_database
from cockpit.storage.schema import metadata
from cockpit.storage.upgrade import upgrade
from cockpit.storage.workspaces import Workspace, find_workspace
from tests.campaigns.kill_import import a_server, duckdb_urls, postgres_urls
from tests.campaigns.provisioner import NOW, provision, wish

Counts = dict[str, int]
NEVER = 10**6


@dataclass(frozen=True, slots=True)
class Kill:
    """Where the process was killed, and how far the workspace had come by then."""

    moment: str
    found: str


class Nursery:
    """The process that forks one provisioner after the other."""

    def __init__(self) -> None:
        """Start it; it opens nothing by itself."""
        command = [sys.executable, "-m", "tests.campaigns.provisioner"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def kill_at(self, url: str, number: int, at: int) -> str:
        """Let a provisioner come to that moment, and kill it there; answers the moment."""
        assert self._process.stdin
        self._process.stdin.write(f"{url} {number} {at}\n")
        self._process.stdin.flush()
        pid = int(self._line())
        moment = self._line()
        os.kill(pid, signal.SIGKILL)
        assert self._line() == "gone"
        return moment

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


@contextmanager
def a_nursery() -> Iterator[Nursery]:
    """A nursery for as long as a campaign runs."""
    nursery = Nursery()
    try:
        yield nursery
    finally:
        nursery.close()


def campaign(url: str, nursery: Nursery, *, commits_only: bool = False) -> Iterator[Kill]:
    """Kill at every moment, or before each commit and at the end; afterwards each workspace is whole and single."""
    commits = [int(at) for at in nursery.kill_at(url, 0, NEVER).split()[1:]]  # the one that nobody disturbs
    with opened(url) as db:
        whole = counts_of(db, 0)
    moments = [*commits, NEVER] if commits_only else range(1, commits[-1] + 2)
    for number, at in enumerate(moments, start=1):
        moment = nursery.kill_at(url, number, at)
        with opened(url) as db:
            found = workspace(db, number)
            if found and found.status == "ready":
                assert counts_of(db, number) == whole, "never half a cockpit"
            take_up(db, number, found)
            assert counts_of(db, number) == whole, moment
            everything = totals(db)
        assert everything["workspace"] == everything["user_account"] == everything["member"] == number + 1
        yield Kill(moment, "nothing" if found is None else f"{found.status} after {found.provisioning_step}")


def take_up(db: Database, number: int, found: Workspace | None) -> None:
    """What the worker does of itself, and then the host, which asks again as it had no answer."""
    left = found is not None and found.status != "ready"
    assert resume_due(db, rules=RULES, now=NOW + LEASE) == int(left)
    again = provision(db, number)
    assert again.workspace.status == "ready"
    assert again.new_workspace is (found is None)
    assert resume_due(db, rules=RULES, now=NOW + LEASE) == 0


def workspace(db: Database, number: int) -> Workspace | None:
    """The workspace of this number."""
    with db.read() as conn:
        return find_workspace(conn, wish(number).subdomain or "")


def counts_of(db: Database, number: int) -> Counts:
    """The rows of a workspace in every table that has any."""
    workspace_id = workspace_id_of(wish(number).subdomain or "")
    with db.read() as conn:
        rows = {
            table.name: conn.execute(
                select(func.count()).select_from(table).where(table.c.workspace_id == workspace_id)
            ).scalar_one()
            for table in metadata.sorted_tables
            if "workspace_id" in table.c
        }
    return {name: number for name, number in rows.items() if number}


def totals(db: Database) -> Counts:
    """The rows of every table."""
    with db.read() as conn:
        return {
            table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database, given free again: on DuckDB the next process needs it."""
    db = open_database(url)
    try:
        yield db
    finally:
        db.close()


def main() -> None:
    """Run the campaign and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="duckdb")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kill-provisioning-"))
    kills = 0
    try:
        with a_server(folder) if asked.engine == "postgresql" else nullcontext("") as address, a_nursery() as nursery:
            url = next(postgres_urls(address) if address else duckdb_urls(folder))
            upgrade(url)
            for kills, kill in enumerate(campaign(url, nursery), start=1):
                print(f"kill {kills:>2} {kill.moment:<70} found {kill.found}", flush=True)  # noqa: T201
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{asked.engine}: {kills} kills, each workspace ready, nothing doubled")  # noqa: T201


if __name__ == "__main__":
    main()
