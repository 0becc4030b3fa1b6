"""A made-up population: people with every kind of fact and random signals over 400 days."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from cockpit.ingestion.counters import recount
from cockpit.ingestion.restate import restate
from cockpit.ingestion.rulebook import get_rulebook
from cockpit.model.ids import WorkspaceId, person_id_of
from cockpit.storage.database import Database
from cockpit.storage.frame_types import frame_schema
from cockpit.storage.members import upsert_member
from cockpit.storage.models import insert_model, upsert_signal_types
from cockpit.storage.people import upsert_companies, upsert_people
from cockpit.storage.rules import Rule, insert_missing_rules
from cockpit.storage.schema import company, person, signal
from cockpit.storage.signals import insert_new
from scoring.fit import Attribute
from scoring.model import preset_model
from scoring.signals import BUILT_IN

GROUP = 25
ZONES = ("Europe/Paris", "Asia/Riyadh", "America/Los_Angeles", "Nowhere/Land", None)
SCHEDULED = ("APPOINTMENT_BOOKED", "CALLBACK_REQUESTED")
OWN_TYPES = {"VISITED_STAND": {"title": "Visited our stand at the fair", "direction": "inbound", "weight": 1.1}}
RULES = (
    Rule("av_cockpit_missed_call", "Missed call", "MISSED_CALL", "CALL_LEAD"),
    Rule("av_cockpit_no_reply", "No reply", "NO_REPLY", "SEND_FOLLOW_UP", enabled=True),
)


@dataclass(frozen=True, slots=True)
class Population:
    """People and signals as frames for storage, and who owns whom."""

    people: pl.DataFrame
    signals: pl.DataFrame

    @property
    def ids(self) -> list[str]:
        """Everybody."""
        return self.people["person_id"].to_list()


def settle(db: Database, workspace_id: WorkspaceId, now: datetime) -> list[str]:
    """Members, catalogue, model and rules of the workspace; answers the members' ids."""
    attributes = [Attribute.parsed("budget", {"kind": "number", "weight": 0.8, "half_point": 10})]
    model = preset_model(BUILT_IN.with_overrides(OWN_TYPES), attributes)
    with db.write() as conn:
        members = [
            upsert_member(conn, workspace_id, email=f"{name}@north.test", name=name.title(), now=now)
            for name in ("ada", "bob")
        ]
        upsert_signal_types(conn, workspace_id, OWN_TYPES)
        insert_model(conn, workspace_id, spec=model.to_dict(), note="", now=now, status="published", valid_from=now)
        insert_missing_rules(conn, workspace_id, RULES, now=now)
    return [str(member) for member in members]


def populate(workspace_id: WorkspaceId, members: list[str], now: datetime, *, seed: int, people: int) -> Population:
    """A population that depends on nothing but the seed."""
    chance = random.Random(seed)
    rows = [_person(chance, workspace_id, members, now, number) for number in range(people)]
    signals = [row for one in rows for row in _signals(chance, one["person_id"], now)]
    chance.shuffle(signals)
    return Population(_frame(rows, person), _frame(signals, signal))


def _frame(rows: list[dict[str, object]], table: object) -> pl.DataFrame:
    schema = {name: kind for name, kind in frame_schema(table).items() if name != "workspace_id"}  # type: ignore[arg-type]
    return pl.DataFrame(rows, schema=schema)


def _person(
    chance: random.Random, workspace_id: WorkspaceId, members: list[str], now: datetime, number: int
) -> dict[str, object]:
    external = f"p{number:03}" if chance.random() < 0.9 else None
    return {
        "person_id": str(person_id_of(workspace_id, external or f"nobody-{number}")),
        "external_id": external,
        "name": chance.choice(["Ana Ruiz", "Ümit Öz", "سارة", "Zoë", "ana ruiz"])
        + (f" {number}" if chance.random() < 0.5 else ""),
        "email": f"p{number}@example.test" if chance.random() < 0.7 else None,
        "phone": f"+3316{number:08}" if chance.random() < 0.7 else None,
        "owner_id": chance.choice([*members, None]),
        "lifecycle": chance.choices(["lead", "mql", "sql", "customer", "lost"], [8, 3, 3, 2, 1])[0],
        "do_not_contact": chance.random() < 0.08,
        "time_zone": chance.choice(ZONES),
        "value": chance.choice([None, 0.0, 120.0, 5000.0]),
        "attributes": json.dumps({"budget": chance.choice([0, 3, 50])} if chance.random() < 0.4 else {}),
        "is_demo": False,
        "created_at": now - timedelta(days=chance.uniform(0, 500)),
        "updated_at": now,
    }


def _signals(chance: random.Random, person_id: object, now: datetime) -> list[dict[str, object]]:
    """Nothing, one, some or many signals; many at round times, so that there are ties."""
    types = [*BUILT_IN, "VISITED_STAND", "NEVER_HEARD_OF"]
    last = now - timedelta(days=chance.choice([0.01, 1, 5, 20, 45, 100, 300]) * chance.random())
    span = timedelta(days=chance.choice([0.2, 3, 30, 200]))
    return [
        _signal(chance, person_id, chance.choice(types), last - span * chance.random() ** 2, now)
        for _ in range(chance.choice([0, 1, 1, 2, 4, 9, 25]))
    ]


def _signal(chance: random.Random, person_id: object, name: str, at: datetime, now: datetime) -> dict[str, object]:
    if chance.random() < 0.3:
        at = at.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    key = f"{chance.getrandbits(64):016x}"
    planned = at + timedelta(days=chance.uniform(0.1, 9)) if name in SCHEDULED else None
    return {
        "source": "test",
        "source_event_id": key,
        "person_id": person_id,
        "type": name,
        "occurred_at": at,
        "received_at": now,
        "value": chance.choice([None, 10.0, 99.99]),
        "channel": None,
        "direction": "inbound",
        "scheduled_for": planned,
        "payload": "{}",
        "digest": key,
    }


def store(db: Database, workspace_id: WorkspaceId, population: Population, now: datetime, *, seed: int) -> None:
    """Store everybody, restated at some instant between their last signal and now: some rows are due, some are not."""
    chance = random.Random(seed)
    lasts = dict(population.signals.group_by("person_id").agg(pl.col("occurred_at").max()).iter_rows())
    names = pl.DataFrame(schema={name: kind for name, kind in frame_schema(company).items() if name != "workspace_id"})
    with db.write() as conn:
        upsert_companies(conn, workspace_id, names)
        upsert_people(conn, workspace_id, population.people)
        insert_new(conn, workspace_id, population.signals)
        for start in range(0, len(population.ids), GROUP):
            group = population.ids[start : start + GROUP]
            last = max((lasts[one] for one in group if one in lasts), default=now - timedelta(days=3))
            restate(conn, workspace_id, group, last + (now - last) * chance.random() ** 3)
        recount(conn, workspace_id, get_rulebook(conn, workspace_id).catalogue)
