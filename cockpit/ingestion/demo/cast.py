"""The demo as two frames, people and signals, drawn from one seed and told relative to now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import polars as pl

from cockpit.ingestion.demo.names import COMPANY_FIRST, COMPANY_SECOND, CULTURES, Culture, Home
from cockpit.ingestion.demo.stories import (
    CAST,
    Event,
    Story,
    callback,
    lost,
    missed_call,
    new_customer,
    old_customer,
    waiting,
)
from cockpit.model.whereabouts import whereabouts
from scoring.guards.policy import QuietHours
from scoring.quiet_hours import is_open

SOURCE = "demo"
ORIGINS = ("Website", "Referral", "Trade fair", "Phone", "Partner")
CUSTOMERS = (old_customer, new_customer)
AWAKE = (missed_call, callback, waiting)  # who has just tried to reach us does not do so in the middle of the night
Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Demo:
    """Rows as a file would hold them."""

    people: pl.DataFrame
    signals: pl.DataFrame


def draw_demo(now: datetime, seed: int, owners: Sequence[str]) -> Demo:
    """The people and signals of the demo; `owners` are the e-mails of members, the first owns most."""
    random = Random(seed)  # noqa: S311 - a demo that is the same every time, not a secret
    stories = [story for story, count in CAST for _ in range(count)]
    random.shuffle(stories)
    people: list[Row] = []
    signals: list[Row] = []
    awake = _awake(now)
    for number, story in enumerate(stories, start=1):
        person = _person(random, number, story, owners, awake if story in AWAKE else CULTURES)
        people.append(person)
        signals += _signals(person, story(random), now, len(signals))
    return Demo(_frame([*_special(people), _twin(people[0], len(people) + 1)]), _frame(signals))


def _awake(now: datetime) -> Sequence[Culture]:
    """Those who may be called at this hour; all, where that is nobody."""
    return [one for one in CULTURES if _may_be_called(one.home, now)] or CULTURES


def _may_be_called(home: Home, now: datetime) -> bool:
    there = whereabouts(home.phone(0), home.zone, home.country, None).places
    return is_open(now, there, QuietHours(), "phone")


def _person(random: Random, number: int, story: Story, owners: Sequence[str], cultures: Sequence[Culture]) -> Row:
    culture = random.choice(cultures)
    company = f"{random.choice(COMPANY_FIRST)} {random.choice(COMPANY_SECOND)}"
    return {
        "external_id": f"demo-{number:03d}",
        "name": _name(random, culture),
        "email": f"lead{number:03d}@example.com",
        "phone": culture.home.phone(number),
        "company": company,
        "owner": random.choices(owners, weights=(5, 3, 2)[: len(owners)])[0],
        "lifecycle": _lifecycle(random, story),
        "do_not_contact": "false",
        "time_zone": culture.home.zone,
        "country": culture.home.country,
        "value": str(random.randint(5, 240) * 100),
        "origin": random.choice(ORIGINS),
    }


def _name(random: Random, culture: Culture) -> str:
    parts = [random.choice(culture.given), random.choice(culture.family)]
    return culture.joint.join(reversed(parts) if culture.family_first else parts)


def _lifecycle(random: Random, story: Story) -> str:
    if story in CUSTOMERS:
        return "customer"
    return "lost" if story is lost else random.choice(("lead", "lead", "mql", "sql"))


def _special(people: list[Row]) -> list[Row]:
    """One who must not be contacted, one without phone, one whose zone nobody knows."""
    changes: tuple[Row, ...] = ({"do_not_contact": "true"}, {"phone": None}, {"time_zone": None, "phone": None})
    return [{**row, **change} for row, change in zip(people, (*({},), *changes), strict=False)] + people[4:]


def _twin(first: Row, number: int) -> Row:
    """The same person entered twice: same e-mail and phone, another spelling."""
    return {**first, "external_id": f"demo-{number:03d}", "name": f"{first['name']} (2)", "lifecycle": "lead"}


def _signals(person: Row, events: Sequence[Event], now: datetime, count: int) -> list[Row]:
    return [
        {
            "source_event_id": f"demo-{count + index:05d}",
            "type": event.type,
            "occurred_at": (now - timedelta(minutes=max(event.ago, 1))).isoformat(),
            "external_id": person["external_id"],
            "value": None if event.value is None else str(event.value),
            "scheduled_for": None if event.planned is None else (now + timedelta(minutes=event.planned)).isoformat(),
        }
        for index, event in enumerate(events)
    ]


def _frame(rows: Sequence[Row]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
    return frame.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
