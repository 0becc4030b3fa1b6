"""Many threads want to reach the same people at once; afterwards everything that was let through is counted again.

python -m tests.campaigns.guard_race --attempts 100000 --threads 8 --processes 4 --engine duckdb|postgresql

Every half minute it says how far it is and how fast; with `--minutes` nothing is begun after so many.
On PostgreSQL the threads are shared out to processes, so that they really run at once; on DuckDB there is one process.
At the end everything that waits is carried out when its guards let it: one that was reserved while another of the
same person waited is asked about again, and held or blocked. The count knows nothing of the guards: it goes over the
outreaches that were let through, by person, channel, rule, member and workspace, and looks for a window in which there
are more than the settings allow.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from random import Random
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid5

from cockpit.automation.audit import verify_stored
from cockpit.automation.claim import claim, take_due
from cockpit.automation.outcome import settle
from cockpit.automation.reserve import reserve
from cockpit.hub.outcomes import NotSent, Sent
from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.storage import workspaces
from cockpit.storage.attempts import FILLING, RESERVED, Attempt, list_attempts
from cockpit.storage.database import Connection, Database, open_database
from cockpit.storage.guard_chain import list_entries
from cockpit.storage.outbox import Lease
from scoring.guards.policy import GuardPolicy
from scoring.guards.registry import GUARDS as GUARDS_ASKED
from tests.automation.ground import CALL, SMS, click, fired, prepare, set_guards, start_rule
from tests.campaigns.databases import a_cockpit

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOURS_OPEN = 3  # of a day, on which the attempts fall: people in France have lunch at noon UTC
GUARDS = {"member_day": 40, "workspace_day": 60, "workspace_minute": 5, "reply_pause_days": 0}
POLICY = GuardPolicy.from_json(GUARDS)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
Counter = Any  # a number that processes share: multiprocessing has no type for it


@dataclass(frozen=True, slots=True)
class Race:
    """How much."""

    attempts: int
    threads: int = 8  # of all processes together
    processes: int = 1
    workspaces: int = 4
    people: int = 60
    days: int = 10
    seed: int = 7
    told_every: float = 30.0  # seconds
    ends_at: float = inf  # by the clock of this machine; what is not begun by then is left out


@dataclass(frozen=True, slots=True)
class Ground:
    """One workspace of the race."""

    workspace_id: WorkspaceId
    people: Sequence[PersonId]
    members: Sequence[MemberId]


def grounds(db: Database, race: Race) -> list[Ground]:
    """The workspaces, their people and members."""
    made = []
    for number in range(race.workspaces):
        with db.write() as conn:
            workspace_id = workspaces.insert_workspace(
                conn, subdomain=f"race{number}", name="Race", time_zone="Europe/Paris", now=BEGIN
            )
        people = prepare(db, workspace_id, BEGIN, people=race.people)
        with db.write() as conn:
            set_guards(conn, workspace_id, GUARDS)
            start_rule(conn, workspace_id, BEGIN - DAY, rehearsed_rate=10.0)
        members = [MemberId(uuid5(workspace_id, f"member {place}")) for place in range(3)]
        made.append(Ground(workspace_id, people, members))
    return made


def moment(number: int, race: Race) -> datetime:
    """When an attempt is made: in the open hours of ten days, one after the other."""
    share = number / race.attempts * race.days
    return BEGIN + timedelta(days=int(share), hours=(share % 1) * HOURS_OPEN)


def attempt_once(db: Database, places: Sequence[Ground], race: Race, number: int) -> bool:
    """One attempt, by click or by rule, now and then with a worker behind it; False: the time is over."""
    if time.time() > race.ends_at:
        return False
    random = Random(race.seed * 10**9 + number)
    ground, now = random.choice(places), moment(number, race)
    person, member = random.choice(ground.people), random.choice(ground.members)
    undo = timedelta(0)
    if random.random() < 0.5:
        wish = fired(person, now, undo_for=undo, requested_by=member)
    else:
        wish = click(person, action_type=random.choice((CALL, SMS)), undo_for=undo, requested_by=member)
    reserve(db, ground.workspace_id, wish, now)
    if random.random() < 0.2:
        work(db, ground.workspace_id, now, random)
    return True


def work(db: Database, workspace_id: WorkspaceId, now: datetime, random: Random) -> None:
    """Carry out one that is due; some of the calls are not made."""
    lease = Lease(str(random.random()), now + timedelta(minutes=1))
    for attempt_id in take_due(db, workspace_id, lease, now=now, limit=1):
        claimed = claim(db, workspace_id, attempt_id, lease, now)
        if claimed:
            sent = random.random() < 0.8
            settle(db, claimed, Sent(str(attempt_id)) if sent else NotSent("HTTP 422"), "none", now)


def attempts_of(db: Database, places: Sequence[Ground], race: Race, begun: Counter, process: int = 0) -> None:
    """The attempts of one process: every so manieth, so that all of them pass through the days together."""
    numbers = iter(range(process, race.attempts, race.processes))

    def in_thread(_: int) -> None:
        for number in numbers:  # shared by the threads: `next` of it gives each number once
            if not attempt_once(db, places, race, number):
                return
            with begun.get_lock():
                begun.value += 1

    threads = race.threads // race.processes
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(in_thread, range(threads)))


def in_process(url: str, places: Sequence[Ground], race: Race, begun: Counter, process: int) -> None:
    """The same in a process of its own; it ends with a status when anything failed."""
    db = open_database(url)
    attempts_of(db, places, race, begun, process)
    db.close()


@contextmanager
def told(begun: Counter, race: Race) -> Iterator[None]:
    """Say meanwhile how many attempts were made, and how many a second."""
    over = Event()

    def tell() -> None:
        began = last = time.monotonic()
        before = 0
        while not over.wait(race.told_every):
            now, made = time.monotonic(), begun.value
            pace = f"{(made - before) / (now - last):.0f} a second"
            print(f"{now - began:6.0f} s: {made:,} of {race.attempts:,} attempts, {pace}", flush=True)  # noqa: T201
            last, before = now, made

    thread = Thread(target=tell)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def raced(db: Database, places: Sequence[Ground], race: Race) -> None:
    """All attempts, in as many processes as are asked for."""
    started = multiprocessing.get_context("spawn")
    begun: Counter = started.Value("q", 0)
    with told(begun, race):
        if race.processes == 1:
            attempts_of(db, places, race, begun)
            return
        url = db.url.render_as_string(hide_password=False)
        several = [
            started.Process(target=in_process, args=(url, places, race, begun, one)) for one in range(race.processes)
        ]
        for one in several:
            one.start()
        for one in several:
            one.join()
    assert [one.exitcode for one in several] == [0] * race.processes


def run(db: Database, race: Race) -> tuple[int, int, int]:
    """All attempts; how many were made, let through, and counted again in windows."""
    places = grounds(db, race)
    raced(db, places, race)
    made = through = counted = 0
    for ground in places:
        work_off(db, ground.workspace_id, moment(race.attempts, race))
        with db.read(ground.workspace_id) as conn:
            every = list_attempts(conn, ground.workspace_id, limit=10**7)
            check_log(conn, ground.workspace_id, {one.attempt_id for one in every})
        made += len(every)
        let = [one for one in every if one.state in FILLING]
        through += len(let)
        counted += count_again(let)
    return made, through, counted


def check_log(conn: Connection, workspace_id: WorkspaceId, made: set[UUID]) -> None:
    """The guard log is one whole chain, and says of each attempt what every guard said when it was made."""
    assert verify_stored(conn, workspace_id).holds, "the guard log is not whole"
    told, after = set(), 0
    while found := list_entries(conn, workspace_id, after=after):
        for entry in found:
            body = json.loads(entry.body)
            if {one["guard"] for one in body["verdicts"]} >= set(GUARDS_ASKED):
                told.add(UUID(body["attempt_id"]))
        after = found[-1].seq
    assert told == made, "an attempt without all of its verdicts"


def work_off(db: Database, workspace_id: WorkspaceId, now: datetime) -> None:
    """Carry out what waits, each as soon as it may go."""
    random = Random(0)
    while True:
        with db.read(workspace_id) as conn:
            waiting = list_attempts(conn, workspace_id, states=(RESERVED,), limit=10**6)
        if not waiting:
            return
        now = max(now, min(one.execute_after or now for one in waiting)) + timedelta(seconds=1)
        for _ in waiting:
            work(db, workspace_id, now, random)


def count_again(let: Sequence[Attempt]) -> int:
    """Look for a window with too many; answers how many were looked at."""
    checked = 0
    automatic = [one for one in let if one.origin != "manual"]
    groups: list[tuple[Iterable[list[Attempt]], timedelta, int]] = [
        (by(let, "person_id"), DAY, POLICY.person_day),
        (by(let, "person_id"), WEEK, POLICY.person_week),
        (by(let, "person_id"), POLICY.any_channel_cooldown, 1),
        (by(automatic, "person_id"), DAY, POLICY.person_day_automatic),
        (by(automatic, "person_id"), POLICY.rule_cooldown, 1),
        (by([one for one in let if one.channel == "phone"], "person_id"), POLICY.cooldowns["phone"], 1),
        (by([one for one in let if one.channel == "sms"], "person_id"), POLICY.cooldowns["sms"], 1),
        (by(let, "requested_by"), DAY, POLICY.member_day),
        ([automatic], DAY, min(POLICY.workspace_day, 30)),  # thirty: the fuse at three times its rehearsed ten
    ]
    for lists, window, most in groups:
        for one in lists:
            times = sorted(attempt.sent_at for attempt in one if attempt.sent_at)
            assert len(times) == len(one), "something is still on its way"
            checked += len(times)
            for place in range(len(times) - most):
                assert times[place + most] - times[place] >= window, (window, most)
    return checked


def by(attempts: Iterable[Attempt], name: str) -> list[list[Attempt]]:
    """The attempts of each person, or of each member."""
    found: defaultdict[UUID, list[Attempt]] = defaultdict(list)
    for one in attempts:
        found[getattr(one, name)].append(one)
    return list(found.values())


def main() -> None:
    """Run the campaign and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--processes", type=int, default=0, help="default: 4 on PostgreSQL, 1 on DuckDB")
    parser.add_argument("--minutes", type=float, default=inf, help="begin nothing after so many")
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="postgresql")
    asked = parser.parse_args()
    began, processes = time.monotonic(), asked.processes or (4 if asked.engine == "postgresql" else 1)
    with a_cockpit(asked.engine) as cockpit:
        ends_at = time.time() + 60 * asked.minutes
        made, through, counted = run(cockpit.db, Race(asked.attempts, asked.threads, processes, ends_at=ends_at))
    seconds = time.monotonic() - began
    summary = f"{made:,} attempts from {asked.threads} threads of {processes} processes in {seconds:.0f} s"
    print(f"{asked.engine}: {summary}")  # noqa: T201
    print(f"{through:,} let through, {counted:,} places in windows counted again: none over a limit")  # noqa: T201
    print("the guard logs are whole chains with every verdict of every attempt")  # noqa: T201


if __name__ == "__main__":
    main()
