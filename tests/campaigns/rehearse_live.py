"""Whether a rehearsal says what the live engine does when the same signals are replayed through it, the clock frozen.

`python -m tests.campaigns.rehearse_live --data demo --engine duckdb --people 40` replays the last days of some people,
one signal after the other, through what a running cockpit uses: stored, the rule fired, guards asked, reserved,
claimed, settled. Then the same days are rehearsed, and both compared: whom, when, what came of it, blocked by what.

`--data loan_calls` reads the log of loan calls, where it is beside the repository. It has neither missed calls nor
messages without a reply: calls about an unfinished request stand in for the first, those about an offer for the second.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import polars as pl

from cockpit.automation.rehearsal import DAYS, Rehearsal, rehearse
from cockpit.hub.wiring import Wiring, connect
from cockpit.ingestion.demo.cast import draw_demo
from cockpit.ingestion.demo.seed import SEED
from cockpit.ingestion.normalise import normalise
from cockpit.ingestion.people import take_people
from cockpit.ingestion.people_rows import normalise_people
from cockpit.ingestion.restate import restate
from cockpit.ingestion.start import start_workspace
from cockpit.ingestion.take import take
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.action_mappings import upsert_action_mappings
from cockpit.storage.attempts import About, list_attempts
from cockpit.storage.database import Database
from cockpit.storage.guard_chain import list_entries
from cockpit.storage.guard_facts import ConsentRow, insert_consent
from cockpit.storage.holdouts import list_holdouts
from cockpit.storage.rule_signals import count_rule_signals
from cockpit.storage.rule_versions import replace_rule
from tests.automation.ground import MAPPINGS
from tests.automation.replayed import replay
from tests.campaigns.databases import a_cockpit

LOANS = Path(__file__).parents[3] / "shared" / "data" / "loan_calls"
RULES = ("av_cockpit_missed_call", "av_cockpit_no_reply")  # as every workspace has them
STANDS_IN = {"LEAD_CALL": "MISSED_CALL", "OFFER_CALL": "NO_REPLY"}
TRIGGERS = ("MISSED_CALL", "NO_REPLY")
DAY = timedelta(days=1)
BECAME = {"ACCEPTED": "sent", "BLOCKED": "blocked", "CANCELLED": "cancelled", "RESERVED": "waiting"}
Told = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """People and their signals as files would hold them; until when they are told."""

    people: pl.DataFrame
    signals: pl.DataFrame
    until: datetime

    def of(self, most: int | None) -> Story:
        """Of those who have a signal of a rule, so many; of nobody else a rule says anything."""
        meant = self.signals.filter(pl.col("type").is_in(TRIGGERS))["external_id"].unique().sort()
        some = meant if most is None else meant.gather_every(max(1, meant.len() // most)).head(most)
        mine = pl.col("external_id").is_in(some.implode())
        return Story(self.people.filter(mine), self.signals.filter(mine), self.until)


@dataclass(frozen=True, slots=True)
class Compared:
    """What both said of one rule."""

    rule_key: str
    signals: int
    live: frozenset[Told]
    rehearsed: frozenset[Told]
    found: Rehearsal

    @property
    def same(self) -> bool:
        """Whether it is the same."""
        return self.live == self.rehearsed


def demo() -> Story:
    """The people of the demo."""
    until = datetime(2026, 11, 20, 12, tzinfo=UTC)
    drawn = draw_demo(until, SEED, ["owner@example.com"])
    return Story(drawn.people.drop("owner"), drawn.signals, until)


def loan_calls() -> Story | None:
    """Requests for loans, with numbers they do not have in the log; None where the log is not there."""
    if not LOANS.is_dir():
        return None
    people = pl.read_csv(LOANS / "people.csv.gz", infer_schema=False).with_row_index("row", 1)
    number = pl.col("row").cast(pl.String).str.zfill(8)
    people = people.select(
        external_id="person_id",
        name="Request " + pl.col("person_id"),
        phone="+316" + number,
        email="request" + number + "@example.com",
        time_zone=pl.lit("Europe/Amsterdam"),
        country=pl.lit("NL"),
        row=pl.col("row").cast(pl.Int64),
    )
    calls = pl.read_csv(LOANS / "signals.csv.gz", infer_schema=False).with_row_index("row", 1)
    signals = calls.select(
        "source_event_id",
        pl.col("type").replace(STANDS_IN),
        pl.col("occurred_at").str.replace("Z", "+00:00", literal=True),
        external_id="person_id",
        row=pl.col("row").cast(pl.Int64),
    )
    return Story(people, signals, datetime(2012, 1, 1, tzinfo=UTC))


def compare(db: Database, story: Story, rule_key: str, days: int = DAYS) -> Compared:
    """Replay a rule through the live engine, then rehearse the same days."""
    since = story.until - days * DAY
    at = pl.col("occurred_at").str.to_datetime(time_zone="UTC")
    before, after = story.signals.filter(at < since), story.signals.filter(at >= since)
    workspace = prepared(db, story.people, before, rule_key, since)
    rows = [{name: value for name, value in row.items() if value is not None} for row in after.drop("row").to_dicts()]
    replay(db, workspace, rows, story.until)
    live = what_happened(db, workspace, rule_key)
    found = rehearse(db, workspace, rule_key, story.until, days=days)
    return Compared(rule_key, len(rows), live, what_was_said(found), found)


def prepared(db: Database, people: pl.DataFrame, before: pl.DataFrame, rule_key: str, since: datetime) -> WorkspaceId:
    """A workspace with all that was known when the days begin; the rule acts by itself from then on."""
    with db.write() as conn:
        # all workspaces: this one is made here
        name = rule_key.replace("_", "-")
        workspace = start_workspace(conn, subdomain=name, name=name, time_zone="UTC", now=since)
    with db.write(workspace) as conn:
        taken = take_people(conn, workspace, normalise_people(people, since).frame, since)
        take(conn, workspace, normalise(before, since, source="demo").frame, since)
        restate(conn, workspace, taken.answers["person_id"], since)
        for who in taken.answers["person_id"]:
            agreed = ConsentRow("*", "express", since - 30 * DAY)
            if UUID(who).int % 3:  # the others have agreed to nothing
                insert_consent(conn, workspace, uuid5(UUID(who), "consent"), UUID(who), agreed)
        upsert_action_mappings(conn, workspace, MAPPINGS, now=since)
        wiring = Wiring(base_url="http://127.0.0.1:9", api_key="key", domain_name="acme", inside=True)
        connect(conn, workspace, Settings(), wiring, since)
        on = {"status": "ACTIVE", "enabled": True, "auto_execute": True, "enabled_at": since, "rehearsed_rate": 1e9}
        replace_rule(conn, workspace, rule_key, on)
    return workspace


def what_happened(db: Database, workspace: WorkspaceId, rule_key: str) -> frozenset[Told]:
    """Of every outreach that the live engine made: whom, when, what became of it, and which guard said no."""
    with db.read(workspace) as conn:
        assert count_rule_signals(conn, workspace) == 0
        made = list_attempts(conn, workspace, About(rule_key=rule_key), limit=10**6)
        held = list_holdouts(conn, workspace, rule_key)
        entries = [json.loads(one.body) for one in list_entries(conn, workspace, limit=10**7)]
    guards = {one["attempt_id"]: said_no(one["verdicts"]) for one in entries if one["event"] == "blocked"}
    told: set[Told] = {("held out", str(who)) for who in held}
    for one in made:
        stopped = one.state in {"BLOCKED", "CANCELLED"}
        reason = one.reason if stopped else None
        guard = guards.get(str(one.attempt_id))
        told.add((str(one.person_id), one.attempt_id, one.created_at, BECAME[one.state], one.sent_at, guard, reason))
    return frozenset(told)


def said_no(verdicts: Sequence[Mapping[str, Any]]) -> str | None:
    """The first guard that did."""
    return next((one["guard"] for one in verdicts if not one["allowed"]), None)


def what_was_said(found: Rehearsal) -> frozenset[Told]:
    """The same of a rehearsal."""
    told: set[Told] = set()
    for one in found.steps:
        if one.became == "held out":
            told.add(("held out", one.person_id))
        elif one.became != "joined":  # a signal of an outreach that waits makes none of its own
            told.add((one.person_id, one.attempt_id, one.at, one.became, one.sent_at, one.guard, one.reason))
    return frozenset(told)


def main() -> int:
    """Compare both rules and tell every difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=["demo", "loan_calls"], default="demo")
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="duckdb")
    parser.add_argument("--people", type=int, help="how many of those who have a signal of a rule; all by default")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--rule", choices=RULES, help="one rule only: two runs beside each other take half the time")
    asked = parser.parse_args()
    story = demo() if asked.data == "demo" else loan_calls()
    if story is None:
        print(f"There is no log of loan calls at {LOANS}: nothing was compared.")  # noqa: T201
        return 0
    same = True
    for rule_key in [asked.rule] if asked.rule else RULES:
        began = time.perf_counter()
        with a_cockpit(asked.engine) as cockpit:
            found = compare(cockpit.db, story.of(asked.people), rule_key, asked.days)
        same &= found.same
        print(  # noqa: T201 - what a campaign is for
            f"{asked.data}, {asked.engine}, {rule_key}: {found.signals} signals replayed, "
            f"{len(found.live)} outreaches live, {len(found.rehearsed)} rehearsed, "
            f"{'the same' if found.same else 'NOT THE SAME'}; {dict(found.found.counts)}, "
            f"{dict(found.found.blocked_by)}; {time.perf_counter() - began:.0f} s",
            flush=True,
        )
        for one in sorted(map(str, found.live ^ found.rehearsed))[:20]:
            print("  ", one)  # noqa: T201
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
