"""A rule that would reach thousands of people at once stops itself at its fuse; a recall takes back what has not left.

python -m tests.campaigns.fuse --people 8000 --engine duckdb|postgresql

Everybody's missed call is received as a signal, the rule looks at all of them, a worker sends to a fake Hub. The
clock is set by hand: a first twenty leave, the fuse blows while the next ones wait, then somebody recalls.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cockpit.automation.audit import verify_stored
from cockpit.automation.rule_spec import RuleSpec, columns_of
from cockpit.automation.rules import fire_due
from cockpit.automation.stops import Target, count_queued, recall
from cockpit.bootstrap import Cockpit
from cockpit.hub.fake.server import Server, serving
from cockpit.hub.wiring import find_connection
from cockpit.ingestion.receive import receive
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.model.viewer import whole_workspace
from cockpit.storage import workspaces
from cockpit.storage.attempts import list_attempts
from cockpit.storage.database import Database
from cockpit.storage.guard_facts import find_rule
from cockpit.storage.rule_versions import replace_rule
from cockpit.worker.dispatch import Dispatcher
from tests.automation.ground import CALL, RULE, prepare, start_rule
from tests.campaigns.databases import a_cockpit

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SPEC = RuleSpec("Call back", ("MISSED_CALL",), CALL, holdout_percent=0.0)
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Size:
    """How many people, and how many of them the rule may reach."""

    people: int = 8_000
    first: int = 20  # leave before the fuse blows; twenty may in a minute
    rehearsed: int = 20  # people a day; the fuse blows at three times as many


@dataclass(slots=True)
class SetClock:
    """A clock that is set by hand."""

    at: datetime

    def now(self) -> datetime:
        """The time."""
        return self.at


@dataclass(slots=True)
class Stopped:
    """What the rule did, and what was taken back."""

    paused_why: str = ""
    queued: int = 0
    recalled: int = 0
    reached: int = 0  # in the books of the Hub
    log_entries: int = 0
    states: Counter[str] = field(default_factory=Counter)


def ready(db: Database, size: Size, hub: Server) -> tuple[WorkspaceId, Sequence[PersonId]]:
    """A workspace with people, a Hub, and a rule that was rehearsed."""
    with db.write() as conn:
        workspace_id = workspaces.insert_workspace(
            conn, subdomain="fuse", name="Fuse", time_zone="Europe/Paris", now=NOON
        )
    ids = prepare(db, workspace_id, NOON, people=size.people, hub=hub.url)
    with db.write(workspace_id) as conn:
        replace_rule(conn, workspace_id, RULE, columns_of(SPEC))
        start_rule(conn, workspace_id, NOON - timedelta(days=1), rehearsed_rate=float(size.rehearsed))
    return workspace_id, ids


def miss(cockpit: Cockpit, workspace_id: WorkspaceId, people: Sequence[PersonId]) -> None:
    """Everybody calls and nobody answers."""
    for start in range(0, len(people), BATCH):
        signals = [
            {"type": "MISSED_CALL", "occurred_at": NOON, "person_id": str(one), "source_event_id": str(one)}
            for one in people[start : start + BATCH]
        ]
        answered = receive(cockpit, workspace_id, signals, NOON)
        assert all(item.status == "accepted" for item in answered.items)


def run(cockpit: Cockpit, size: Size) -> Stopped:
    """From the signals to the recall, and an hour more."""
    db, clock, seen = cockpit.db, SetClock(NOON), Stopped()
    with serving(clock.now) as hub:
        workspace_id, ids = ready(db, size, hub)
        miss(cockpit, workspace_id, ids)
        worker = Dispatcher(db, lambda conn, one: find_connection(conn, one, cockpit.settings), clock)
        fire_due(db, workspace_id, NOON, limit=size.first)
        clock.at = NOON + timedelta(seconds=11)
        work_off(worker)
        while fire_due(db, workspace_id, clock.at):
            pass
        with db.read(workspace_id) as conn:
            seen.queued = count_queued(conn, workspace_id, Target(rule_key=RULE))
        clock.at += timedelta(seconds=5)
        seen.recalled = recall(db, whole_workspace(workspace_id), Target(rule_key=RULE), clock.at)
        clock.at += timedelta(hours=1)
        work_off(worker)
        worker.stop()
        seen.reached = len(hub.hub.engagements.list())
    look(db, workspace_id, seen)
    return seen


def work_off(worker: Dispatcher) -> None:
    """Rounds until nothing is due and nothing runs."""
    while worker.round() or worker.busy:
        time.sleep(0.01)


def look(db: Database, workspace_id: WorkspaceId, seen: Stopped) -> None:
    """What the cockpit has in its books."""
    with db.read(workspace_id) as conn:
        rule, audit = find_rule(conn, workspace_id, RULE), verify_stored(conn, workspace_id)
        seen.states.update(one.state for one in list_attempts(conn, workspace_id, limit=10**6))
    assert rule is not None
    assert audit.holds
    seen.paused_why, seen.log_entries = rule.paused_why or "", audit.entries


def check(seen: Stopped, size: Size) -> None:
    """What must hold."""
    most = 3 * size.rehearsed
    assert "Fuse" in seen.paused_why
    assert seen.reached == size.first
    assert seen.queued == seen.recalled == most - size.first
    assert seen.states == {"ACCEPTED": size.first, "CANCELLED": most - size.first, "BLOCKED": size.people - most}


def main() -> None:
    """Run the campaign and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=8_000)
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="postgresql")
    asked = parser.parse_args()
    began, size = time.monotonic(), Size(asked.people)
    with a_cockpit(asked.engine) as cockpit:
        seen = run(cockpit, size)
    print(f"{asked.engine}: {asked.people:,} people, {time.monotonic() - began:.0f} s: {seen}")  # noqa: T201
    check(seen, size)
    print(f"{seen.reached} reached, {seen.recalled} of {seen.queued} waiting ones recalled, no other left")  # noqa: T201


if __name__ == "__main__":
    main()
