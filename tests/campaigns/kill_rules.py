"""Workers are killed with SIGKILL while rules look at signals: each signal is decided on exactly once.

python -m tests.campaigns.kill_rules --signals 1000 --kills 50 --engine duckdb|postgresql

On PostgreSQL two workers race, and one of them is killed; on DuckDB there is one at a time. When the blows are over, a
last worker finishes; then there is one attempt for each signal, and one entry of the guard log for each attempt.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from uuid import UUID

from cockpit.automation.audit import verify_stored
from cockpit.automation.outreach import attempt_id_named, key_of
from cockpit.automation.rule_spec import columns_of
from cockpit.automation.rules import fire_due
from cockpit.bootstrap import open_cockpit
from cockpit.errors import CockpitError
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.attempts import list_attempts
from cockpit.storage.database import Database, open_database
from cockpit.storage.guard_chain import list_entries
from cockpit.storage.rule_signals import count_rule_signals
from cockpit.storage.rule_versions import replace_rule
from cockpit.storage.workspaces import insert_workspace
from tests.automation.ground import RULE, prepare, set_guards, start_rule
from tests.campaigns.fuse import NOON, SPEC, miss
from tests.campaigns.kill_import import a_server, duckdb_urls, postgres_urls

AT_ONCE = 20
LONGEST = 1.0  # seconds that a worker lives at most once it works
FREELY = dict.fromkeys(("workspace_day", "workspace_minute", "fuse_floor"), 10**6)


@dataclass(slots=True)
class Seen:
    """What came of it."""

    kills: int = 0  # of workers that had begun, while something waited
    attempts: int = 0
    states: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def work(url: str, workspace_id: WorkspaceId, begun: Pipe) -> None:
    """One worker, until nothing waits or it is killed."""
    db = opened(url)
    begun.send(True)
    while waiting(db, workspace_id):
        with suppress(CockpitError):
            fire_due(db, workspace_id, NOON + timedelta(minutes=1), AT_ONCE)


def opened(url: str) -> Database:
    """The database, when the worker that was killed has left it."""
    while True:
        with suppress(CockpitError):
            return open_database(url)
        time.sleep(0.05)


def waiting(db: Database, workspace_id: WorkspaceId) -> int:
    """How many signals wait."""
    with db.read(workspace_id) as conn:
        return count_rule_signals(conn, workspace_id)


def begin(url: str, workspace_id: WorkspaceId) -> BaseProcess:
    """A worker that has begun."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe(duplex=False)
    started = context.Process(target=work, args=(url, workspace_id, theirs), daemon=True)
    started.start()
    theirs.close()
    with suppress(EOFError):
        ours.recv()
    ours.close()
    return started


def fill(url: str, signals: int) -> tuple[WorkspaceId, set[UUID]]:
    """A rule, and a signal of each of many people; answers what their attempts will be called."""
    with open_cockpit(Settings(database_url=url, demo=False)) as cockpit:
        with cockpit.db.write() as conn:
            workspace_id = insert_workspace(conn, subdomain="kills", name="Kills", time_zone="Europe/Paris", now=NOON)
        people = prepare(cockpit.db, workspace_id, NOON, people=signals)
        with cockpit.db.write(workspace_id) as conn:
            set_guards(conn, workspace_id, FREELY)
            replace_rule(conn, workspace_id, RULE, columns_of(SPEC))
            start_rule(conn, workspace_id, NOON - timedelta(days=1), rehearsed_rate=1e6)
        miss(cockpit, workspace_id, people)
    return workspace_id, {attempt_id_named(workspace_id, key_of(RULE, "api", str(one))) for one in people}


def campaign(url: str, signals: int, kills: int, seed: int = 7) -> Seen:
    """Kill workers until the blows are over or nothing waits; a last one finishes."""
    began, random, seen = time.monotonic(), Random(seed), Seen()
    workspace_id, wanted = fill(url, signals)
    several = [begin(url, workspace_id)] if url.startswith("postgresql") else []
    for _ in range(kills):
        worker = begin(url, workspace_id)
        time.sleep(random.uniform(0.0, LONGEST))
        seen.kills += worker.is_alive()
        worker.kill()
        worker.join()
    for worker in [*several, begin(url, workspace_id)]:
        worker.join()
    look(url, workspace_id, wanted, seen)
    seen.seconds = time.monotonic() - began
    return seen


def look(url: str, workspace_id: WorkspaceId, wanted: set[UUID], seen: Seen) -> None:
    """One attempt for each signal, one entry of the log for each attempt, and a whole log."""
    db = opened(url)
    assert waiting(db, workspace_id) == 0
    with db.read(workspace_id) as conn:
        attempts = list_attempts(conn, workspace_id, limit=10**6)
        told = Counter(json.loads(entry.body)["attempt_id"] for entry in list_entries(conn, workspace_id, limit=10**6))
        assert verify_stored(conn, workspace_id).holds
    db.close()
    assert {one.attempt_id for one in attempts} == wanted
    assert told == {str(one): 1 for one in wanted}
    seen.attempts = len(attempts)
    seen.states.update(one.state for one in attempts)


@contextmanager
def a_url(engine: str) -> Iterator[str]:
    """A new database of either engine."""
    folder = Path(tempfile.mkdtemp(prefix="kill-rules-"))
    try:
        with a_server(folder) if engine == "postgresql" else nullcontext("") as server:
            yield next(postgres_urls(server) if server else duckdb_urls(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Run the campaign and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="postgresql")
    asked = parser.parse_args()
    with a_url(asked.engine) as url:
        seen = campaign(url, asked.signals, asked.kills)
    print(  # noqa: T201
        f"{asked.engine}: {asked.signals:,} signals, {seen.kills} workers killed at work, {seen.seconds:.0f} s: "
        f"{seen.attempts:,} attempts, one for each, each once in the log; {dict(seen.states)}"
    )


if __name__ == "__main__":
    main()
