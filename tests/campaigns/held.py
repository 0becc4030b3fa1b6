"""What quiet hours hold back is claimed in the minute in which they end, around every change of every zone's clocks.

python -m tests.campaigns.held --years 2026 2027 --engine duckdb|postgresql

Half of them are asked for while the hours are closed, half just before they close, so that the worker finds them
closed. A worker that comes a minute early gets nothing, one that comes in the minute gets the claim. The minute is
found by walking a clock of its own, as in tests.campaigns.quiet_hours. Each change meets one of the windows in turn.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from random import Random
from uuid import uuid5
from zoneinfo import available_timezones

from sqlalchemy import insert

from cockpit.automation.claim import claim, take_due
from cockpit.automation.outcome import settle
from cockpit.automation.reserve import reserve
from cockpit.hub.outcomes import Sent
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage import workspaces
from cockpit.storage.attempts import RESERVED, get_attempt
from cockpit.storage.database import Database
from cockpit.storage.guard_facts import ConsentRow, insert_consent
from cockpit.storage.outbox import Lease
from cockpit.storage.schema import person
from scoring.guards.policy import QuietHours
from tests.automation.ground import click, person_row, prepare, set_guards
from tests.campaigns.databases import a_cockpit
from tests.campaigns.quiet_hours import MINUTE, WINDOWS, changes, first_open, spell

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLOSING = [one for one in WINDOWS if one[:2] != one[2:]]  # one of them never closes
SPAN = 36 * 60  # minutes around a change from which an instant is drawn
MAIL = "SEND_FOLLOW_UP"  # mail keeps the hours of the workspace alone; calls those of the law as well


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody in a zone, and when they are to be written to."""

    zone: str
    window: int
    at: datetime
    caught: bool  # open when it is asked for, closed a minute later

    @property
    def quiet(self) -> QuietHours:
        """The hours."""
        opens, closes = CLOSING[self.window][:2], CLOSING[self.window][2:]
        return QuietHours(hour(*opens), hour(*closes), local_law=False)

    @property
    def opens_at(self) -> datetime:
        """When it may go, by the clock on the wall."""
        return first_open(self.at + MINUTE if self.caught else self.at, self.zone, self.quiet)


def cases(zones: Iterable[str], years: Iterable[int], seed: int = 7) -> Iterator[Case]:
    """One for each change of each zone; where clocks never change, on the day on which others do."""
    years, random, number = list(years), Random(seed), 0
    for zone in zones:
        days = list(changes(zone, years)) or [datetime.combine(date(years[0], 3, 29), hour(12), tzinfo=UTC)]
        for day in days:
            number += 1
            yield drawn(zone, number % len(CLOSING), day - timedelta(hours=6), number % 2 == 0, random)


def drawn(zone: str, window: int, start: datetime, caught: bool, random: Random) -> Case:
    """An instant that is closed, or the last minute that is open."""
    first = random.randrange(SPAN)
    for step in range(2 * SPAN):
        case = Case(zone, window, start + (first + step) * MINUTE, caught)
        now, next_minute = (spell(case.at + more, zone, case.quiet) for more in (timedelta(0), MINUTE))
        if (now, next_minute) == (True, False) if caught else not now:
            return case
    raise AssertionError(f"{zone} has no such minute")


def run(db: Database, given: Iterable[Case]) -> Counter[str]:
    """Reserve, come too early, come in time; what was seen."""
    seen, places = Counter[str](), [workspace(db, number) for number in range(len(CLOSING))]
    for number, case in enumerate(given):
        somebody(db, places[case.window], number, case.zone)
        seen[tried(db, places[case.window], person_of(places[case.window], number), case)] += 1
    return seen


def workspace(db: Database, window: int) -> WorkspaceId:
    """A workspace with these hours."""
    quiet = Case("UTC", window, NOW, caught=False).quiet
    with db.write() as conn:
        made = workspaces.insert_workspace(conn, subdomain=f"held{window}", name="Held", time_zone="UTC", now=NOW)
    prepare(db, made, NOW)
    hours = {"opens": f"{quiet.opens:%H:%M}", "closes": f"{quiet.closes:%H:%M}", "local_law": False}
    with db.write(made) as conn:
        set_guards(conn, made, {"quiet_hours": hours})
    return made


def person_of(workspace_id: WorkspaceId, number: int) -> PersonId:
    """Who is number so-and-so."""
    return PersonId(uuid5(workspace_id, f"held {number}"))


def somebody(db: Database, workspace_id: WorkspaceId, number: int, zone: str) -> None:
    """Somebody of whom nothing but the zone says where they are."""
    row = person_row(workspace_id, person_of(workspace_id, number), number, NOW)
    with db.write(workspace_id) as conn:
        conn.execute(insert(person).values(**row | {"phone": None, "country": None, "time_zone": zone}))
        agreed = ConsentRow("*", "express", NOW - timedelta(days=1))  # in some countries nobody is written to without
        insert_consent(conn, workspace_id, uuid5(row["person_id"], "consent"), row["person_id"], agreed)


def tried(db: Database, workspace_id: WorkspaceId, who: PersonId, case: Case) -> str:
    """One case from the click to the claim."""
    undo = MINUTE if case.caught else timedelta(0)
    made = reserve(db, workspace_id, click(who, action_type=MAIL, hold=True, undo_for=undo), case.at)
    assert made.attempt.state == RESERVED, (case, made.reason)
    if case.caught:
        assert not claimed(db, workspace_id, case.at + MINUTE), (case, "it went although the hours had closed")
    with db.read(workspace_id) as conn:
        waits = get_attempt(conn, workspace_id, made.attempt.attempt_id)
    assert waits.execute_after == waits.held_until == case.opens_at, (case, waits.execute_after)
    assert not claimed(db, workspace_id, case.opens_at - MINUTE), (case, "it went too early")
    assert claimed(db, workspace_id, case.opens_at), (case, "it did not go in the minute")
    return "closed meanwhile" if case.caught else "asked for while closed"


def claimed(db: Database, workspace_id: WorkspaceId, now: datetime) -> bool:
    """Whether a worker that comes now gets a claim; then it is carried out."""
    lease = Lease("worker", now + MINUTE)
    found = [claim(db, workspace_id, one, lease, now) for one in take_due(db, workspace_id, lease, now=now, limit=5)]
    for one in found:
        if one is not None:
            settle(db, one, Sent(str(one.attempt.attempt_id)), "none", now)
    return any(found)


def main() -> None:
    """Run the campaign and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, nargs="+", default=[2026, 2027])
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="postgresql")
    asked = parser.parse_args()
    began, zones = time.monotonic(), sorted(set(available_timezones()) - {"Factory", "localtime"})
    with a_cockpit(asked.engine) as cockpit:
        seen = run(cockpit.db, cases(zones, asked.years))
    told = ", ".join(f"{count:,} {what}" for what, count in sorted(seen.items()))
    told = f"{len(zones)} zones, {told}: all claimed in the minute, none before"
    print(f"{asked.engine}: {told}; {time.monotonic() - began:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
