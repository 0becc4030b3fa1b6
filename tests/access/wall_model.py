"""A town behind a wall, as a hypothesis state machine: who may see whom is a dictionary, and reads are compared to it.

play(cockpit, workspace_id, now, *, seed, steps) -> Played      raises AssertionError with the reads that differ
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product
from uuid import UUID, uuid5

import polars as pl
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cockpit.access import api_keys
from cockpit.api.application import add_routes
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError, NotFound
from cockpit.ingestion.decisions import Decision, dismiss, snooze
from cockpit.ingestion.people import take_people
from cockpit.ingestion.people_rows import normalise_people
from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import SignalIn
from cockpit.ingestion.refresh import drain_pending, refresh_due
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.instants import spelled
from cockpit.model.roles import Role
from cockpit.model.viewer import Scope, Viewer, whole_workspace
from cockpit.panels import registry
from cockpit.storage.attempts import insert_attempt
from cockpit.storage.database import Database
from cockpit.storage.exports import Export, insert_export
from cockpit.storage.frames import bulk_insert, in_workspace, own_columns
from cockpit.storage.pending import upsert_pending
from cockpit.storage.people import list_people, upsert_companies, upsert_people
from cockpit.storage.schema import opportunity, person
from cockpit.storage.suggestions import list_suggestions
from tests.access.walled import COUNTS, ROWS, View, attempt_id_of, faults, part
from tests.access.walled_rules import fill_left_alone
from tests.access.walled_runs import fill_runs
from tests.api.mirror import HOST, TestClient
from tests.api.mirror import settings as settings_of
from tests.panels.population import populate, settle, store
from tests.storage.rows import attempt_of

PEOPLE = 16
KINDS = ("MISSED_CALL", "EMAIL_REPLY", "NO_REPLY", "CALL_COMPLETED", "NEGATIVE_SENTIMENT", "PAGE_VIEW")
EMAILS = ("ada@north.test", "bob@north.test")
STRANGER = MemberId(UUID(int=9))  # a member who owns nobody


@dataclass(slots=True)
class Town:
    """A workspace with people, and who may see whom."""

    cockpit: Cockpit
    workspace_id: WorkspaceId
    now: datetime
    members: tuple[MemberId, ...]
    owners: dict[str, MemberId | None]
    external: dict[str, str]
    system: set[str] = field(default_factory=set)
    deals: tuple[UUID, ...] = ()
    companies: tuple[UUID, ...] = ()

    @property
    def db(self) -> Database:
        """Where the town is."""
        return self.cockpit.db

    @classmethod
    def built(cls, cockpit: Cockpit, workspace_id: WorkspaceId, now: datetime, *, seed: int) -> Town:
        """A town that depends on nothing but the seed."""
        members = settle(cockpit.db, workspace_id, now)
        population = populate(workspace_id, members, now, seed=seed, people=PEOPLE)
        store(cockpit.db, workspace_id, population, now, seed=seed)
        people = list(population.people.select("person_id", "owner_id", "external_id").iter_rows())
        town = cls(
            cockpit,
            workspace_id,
            now,
            tuple(MemberId(UUID(one)) for one in members),
            {one: MemberId(UUID(owner)) if owner else None for one, owner, _ in people},
            {one: external for one, _, external in people if external},
        )
        town.add_rest(random.Random(seed))
        return town

    def add_rest(self, chance: random.Random) -> None:
        """Companies, deals, exports, and some people whom an integration created."""
        self.companies = tuple(uuid5(self.workspace_id, f"company {number}") for number in range(3))
        people = sorted(self.owners)
        deals = [
            {
                "opportunity_id": str(uuid5(self.workspace_id, f"deal {number}")),
                "name": f"Deal {number}",
                "person_id": chance.choice([*people, None]),
                "stage": chance.choice(["NEW", "MEETING", "PROPOSAL"]),
                "created_at": self.now,
            }
            for number in range(12)
        ]
        self.deals = tuple(UUID(str(one["opportunity_id"])) for one in deals)
        names = [{"company_id": str(one), "name": f"C{one.hex[:4]}", "created_at": self.now} for one in self.companies]
        with self.db.write() as conn:
            upsert_companies(conn, self.workspace_id, pl.DataFrame(names))
            bulk_insert(conn, opportunity, in_workspace(pl.DataFrame(deals), self.workspace_id))
            for member in (*self.members, STRANGER):
                export = Export(uuid5(member, "export"), member, "view:people", "csv", 1, "0", self.now)
                insert_export(conn, self.workspace_id, export)
            for number, one in enumerate(people[::3]):
                done = attempt_of(f"{number}", attempt_id_of(one), person_id=UUID(one), created_at=self.now)
                insert_attempt(conn, self.workspace_id, done)
            fill_runs(conn, self.workspace_id, people[::4], people)
            fill_left_alone(conn, self.workspace_id, people[1::3], self.now)
        for one in chance.sample(people, 6):
            self.mark(one, system=True, company=chance.choice(self.companies))

    def mark(self, one: str, *, system: bool, company: UUID | None = None) -> None:
        """An integration created this person, or did not."""
        with self.db.write() as conn:
            row = list_people(conn, self.workspace_id, [one]).select(column.name for column in own_columns(person))
            row = row.with_columns(is_system=pl.lit(system))
            moved = row if company is None else row.with_columns(company_id=pl.lit(str(company)))
            upsert_people(conn, self.workspace_id, moved)
        (self.system.add if system else self.system.discard)(one)

    def give(self, external: str, member: int | None) -> None:
        """Somebody becomes a member's; a new name is a new person."""
        raw = pl.DataFrame(
            {
                "row": [1],
                "external_id": [external],
                "owner": [None if member is None else EMAILS[member]],
                "name": [external],
            },
            schema_overrides={"owner": pl.String},
        )
        with self.db.write() as conn:
            taken = take_people(conn, self.workspace_id, normalise_people(raw, self.now).frame, self.now)
            upsert_pending(conn, self.workspace_id, taken.answers["person_id"])
        one = str(taken.answers["person_id"][0])
        self.external[one] = external
        before = self.owners.get(one)
        self.owners[one] = before if member is None else self.members[member]  # a blank never overwrites

    def seen(self, scope: Scope) -> set[str]:
        """Whom one may see."""
        owned = {one for one, owner in self.owners.items() if owner == scope.member_id}
        return owned if scope.with_system else owned - self.system

    def view(self) -> View:
        """What everybody is read with."""
        with self.db.read() as conn:
            cards = list_suggestions(conn, self.workspace_id, self.owners)["action_id"].to_list()
        everybody = tuple(sorted(self.owners))
        return View(
            self.db, self.workspace_id, self.now, everybody, tuple(map(UUID, cards)), self.deals, self.companies
        )


@dataclass(slots=True)
class Played:
    """How much was compared."""

    steps: int = 0
    checks: int = 0


def play(cockpit: Cockpit, workspace_id: WorkspaceId, now: datetime, *, seed: int, steps: int) -> Played:
    """Let a town live for some steps, and compare every read with the model after each."""
    town, played = Town.built(cockpit, workspace_id, now, seed=seed), Played()
    run(lambda: life(town, played), seed, steps)
    played.checks += ask_as_program(town)
    return played


def ask_as_program(town: Town) -> int:
    """A program with a key has no wall: it reads of everybody, whatever members may see."""
    app = FastAPI(openapi_url=None)
    add_routes(app, Sessions(settings_of()), lambda: town.cockpit, worker_runs=lambda: True)
    with town.db.write(town.workspace_id) as conn:
        viewer = whole_workspace(town.workspace_id)
        key = api_keys.create(conn, viewer, name="crm", scopes=[api_keys.READ], now=town.now)
    client = TestClient(app, base_url=HOST, headers={"authorization": f"Bearer {key.text}"}, client=("127.0.0.1", 5000))
    asked = {"asOf": spelled(town.now), "limit": "200"}
    answer = client.get("/rest/sales-intelligence/cockpit-summary", params=asked).json()["data"]["cockpitSummary"]
    told = {slug: [row["person_id"] for row in rows] for slug, rows in answer["panels"].items()}
    panels = registry.all_panels(town.db, town.workspace_id, now=town.now, as_of=town.now, limit=200)
    assert told == {slug: [row.person_id for row in panel.rows] for slug, panel in panels.items()}
    some = sorted(town.owners)[::4]
    for one in some:
        found = client.get(f"/rest/sales-intelligence/person-intelligence/{one}", params={"asOf": asked["asOf"]})
        assert found.json()["data"]["personIntelligence"]["person"]["row"]["person_id"] == one
    app.state.signals.close()
    return len(told) + len(some)


def run(machine: Callable[[], RuleBasedStateMachine], number: int, steps: int) -> None:
    """One life: what happened is in the database, so hypothesis can neither repeat nor shrink it."""
    bounds = settings(
        max_examples=1,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(machine), settings=bounds)


def life(town: Town, played: Played) -> RuleBasedStateMachine:
    """A machine on this town."""

    class Life(RuleBasedStateMachine):
        @rule(member=st.sampled_from([0, 1, None]), at=st.integers(0, PEOPLE))
        def change_owner(self, member: int | None, at: int) -> None:
            known = sorted(town.external.values())
            town.give(known[at % len(known)], member)

        @rule(member=st.sampled_from([0, 1, None]), number=st.integers(0, 999))
        def come(self, member: int | None, number: int) -> None:
            town.give(f"new-{number}", member)

        @rule(at=st.integers(0, PEOPLE), system=st.booleans())
        def mark(self, at: int, system: bool) -> None:
            town.mark(sorted(town.owners)[at % len(town.owners)], system=system)

        @rule(data=st.data())
        def signals(self, data: st.DataObject) -> None:
            known = sorted(town.external.values())
            sent = [
                SignalIn(data.draw(st.sampled_from(KINDS)), town.now - timedelta(minutes=number + 1), external_id=who)
                for number, who in enumerate(data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=4)))
            ]
            receive(town.cockpit, town.workspace_id, sent, town.now)

        @rule(hours=st.integers(1, 60))
        def time_passes(self, hours: int) -> None:
            town.now += timedelta(hours=hours)

        @rule()
        def worker(self) -> None:
            drain_pending(town.cockpit, town.workspace_id, town.now)
            refresh_due(town.cockpit, town.workspace_id, town.now)

        @rule(member=st.integers(0, 1), at=st.integers(0, 99), away=st.booleans())
        def decide(self, member: int, at: int, away: bool) -> None:
            decide(town, Scope(town.members[member]), at, away=away)

        @invariant()
        def nothing_more_and_nothing_less(self) -> None:
            compare(town, played)

        def teardown(self) -> None:
            compare(town, played, everything=True)

    return Life()


def compare(town: Town, played: Played, *, everything: bool = False) -> None:
    """Every third read or all of them, for two of those who may ask; in turn."""
    view = town.view()
    walls = [Scope(*one) for one in product((*town.members, STRANGER), (True, False))]
    turn = None if everything else played.steps
    for further in (0, 3):
        scope = walls[(played.steps + further) % len(walls)]
        wrong = faults(replace(view, scope=scope, turn=played.steps), town.seen(scope), turn)
        assert not wrong, (scope, wrong)
        played.checks += len(part(ROWS, turn)) + len(part(COUNTS, turn))
    played.steps += 1


def decide(town: Town, scope: Scope, at: int, *, away: bool) -> None:
    """A member decides about some card: about their own people only."""
    with town.db.read() as conn:
        cards = list_suggestions(conn, town.workspace_id, town.owners).sort("action_id")
    if cards.is_empty():
        return
    row = cards.row(at % cards.height, named=True)
    viewer = Viewer(town.workspace_id, scope.member_id, Role.MEMBER, scope)
    decision = Decision(UUID(row["action_id"]), UUID(row["person_id"]), viewer, town.now)
    try:
        if away:
            snooze(town.db, decision, town.now + timedelta(hours=9))
        else:
            dismiss(town.db, decision, "NOT_NOW")
    except CockpitError as error:
        refused = isinstance(error, NotFound)
    else:
        refused = False
    if refused == (row["person_id"] in town.seen(scope)):
        raise AssertionError((scope, row))
