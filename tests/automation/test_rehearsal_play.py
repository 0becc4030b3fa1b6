"""What a rehearsal foresees, counts and holds back by the hundred is what the guards say one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.automation.rehearsal_facts import People, Whereabouts
from cockpit.automation.rehearsal_moments import KINDS as ASKED_FOR
from cockpit.automation.rehearsal_moments import moments_of
from cockpit.automation.rehearsal_play import play
from cockpit.automation.rehearsal_script import Other, Script
from cockpit.automation.rehearsal_steps import Cues
from scoring.guards.facts import ActiveHours, Consent, Place, RuleFacts
from scoring.guards.policy import GuardPolicy, QuietHours
from scoring.guards.quick import Gone, opt_in_only
from scoring.instants import micros
from scoring.quiet_hours import active
from scoring.timetable import Timetable
from tests.automation.straight_play import KINDS, Moment, Somebody, Straight, World

NOW = datetime(2026, 3, 26, 8, tzinfo=UTC)  # before a weekend on which clocks change
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS = 9
CODES = {name: number for number, name in enumerate(KINDS)}
PARIS = (Place("Europe/Paris", "FR", None, frozenset()),)
PLACES = [
    *(PARIS, PARIS, PARIS, PARIS, PARIS, PARIS),
    (Place("Asia/Riyadh", "SA"),),
    (Place("America/New_York", "US", "FL", frozenset()), Place("America/Chicago", "US", "FL", frozenset())),
    (Place("No/Where"),),
]
AGREED = [(), (), (), (), (Consent("*", "express", NOW - DAY),), (Consent("phone", "withdrawn", NOW + DAY),)]
WAYS: dict[str, list[Any]] = {  # guards as they may be set; the first is what most worlds have
    "quiet_hours": [QuietHours(), QuietHours(opens=time(0), closes=time(0)), QuietHours(opens=time(18))],
    "cooldowns": [{"phone": 4 * HOUR}, {}],
    "any_channel_cooldown": [2 * HOUR, 0 * HOUR],
    "rule_cooldown": [5 * HOUR, 0 * HOUR, 72 * HOUR],
    "person_day": [3, 1],
    "person_day_automatic": [2, 1, 0, 3],
    "member_day": [2, 100, 1, 0],
    "workspace_day": [100, 3, 6, 1, 0],
    "workspace_minute": [1, 2, 20, 0],
    "consent_needed": ["automatic", "never"],
    "inquiry_days": [180, 1, 0],
    "reply_pause_days": [14, 1, 0],
    "off": [frozenset(), frozenset({"cooldown"}), frozenset({"quiet_hours"})],
}
HOURS = [None, None, None, ActiveHours(time(17, 30), time(10, 10), frozenset({0, 4, 5}))]


def one_of(random: Random, ways: Sequence[Any]) -> Any:
    """The first of them as often as all others."""
    return ways[0] if random.random() < 0.5 else random.choice(ways)


def world_of(random: Random) -> World:
    """Some days of a few people; much in few hours, so that limits are met, and often two things at one instant."""
    people = [somebody(random) for _ in range(random.randint(3, 12))]
    busy = [NOW + random.randrange(DAYS * 24) * HOUR for _ in range(4)]

    def instant() -> datetime:
        if random.random() < 0.2:
            return NOW + timedelta(minutes=random.randrange(DAYS * 1440))
        return random.choice(busy) + timedelta(seconds=random.choice([0, 20, 60, random.randrange(7200)]))

    def moments(kinds: Sequence[str], most: int) -> list[Moment]:
        attempts = random.sample(range(1000), random.randint(0, most))
        happened = [Moment(random.randrange(len(people)), instant(), random.choice(kinds), one) for one in attempts]
        return sorted(happened, key=lambda one: one.at)

    rule = RuleFacts(
        "a",
        enabled=True,
        enabled_at=NOW - DAY,
        cooldown=one_of(random, [None, 0 * HOUR, 5 * HOUR, 300 * HOUR]),
        daily_max=one_of(random, [None, 1, 2, 0]),
        active_hours=random.choice(HOURS),
        rehearsed_rate=1e9,
    )
    return World(
        rule=rule,
        channel=None if random.random() < 0.02 else "phone",
        policy=GuardPolicy(**{name: one_of(random, ways) for name, ways in WAYS.items()}),
        people=people,
        moments=moments(["missed"] * 60 + ["page", "reply"] * 3 + list(KINDS), 80),
        sent=moments(["phone", "sms"], 5),
        cues=random.choice([frozenset({"missed"}), frozenset({"missed", "silent"})]),
        until=NOW + DAYS * DAY,
        holdout_percent=random.choice([0.0, 0.0, 30.0]),
    )


def somebody(random: Random) -> Somebody:
    """Most of them may be called."""
    return Somebody(
        UUID(int=random.getrandbits(128)),
        random.choice(PLACES),
        random.choice([None, None, None, UUID(int=1)]),
        random.random() < 0.05,
        None if random.random() < 0.05 else "+33600000000",
        random.choice(AGREED),
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**64))
def test_it_says_what_asking_every_guard_says(seed: int) -> None:
    world = world_of(Random(seed))
    script = script_of(world)
    outcomes = play(script)
    steps = [outcomes.step(cue) for cue in range(len(script.cues.at))]
    assert [step[3:] for step in steps] == Straight(world).play()


def script_of(world: World) -> Script:
    """The same as a rehearsal takes it."""
    cues = [one for one in world.moments if one.kind in world.cues]
    found = pl.DataFrame(
        {
            "place": [one.who for one in world.moments],
            "code": [CODES[one.kind] for one in world.moments],
            "occurred_at": [one.at for one in world.moments],
        },
        schema={"place": pl.Int64, "code": pl.Int64, "occurred_at": pl.Datetime("us", "UTC")},
    )
    codes = {kind: [CODES[name] for name, kinds in KINDS.items() if kind in kinds] for kind in ASKED_FOR}
    people = world.people
    hours = {one.places: whereabouts(one.places, world) for one in people}
    return Script(
        rule=world.rule,
        channel=world.channel,
        action_type="CALL",
        holdout_percent=world.holdout_percent,
        policy=world.policy,
        people=People(
            ids=[str(one.person_id) for one in people],
            owners=[one.owner for one in people],
            do_not_contact=[one.refused for one in people],
            phones=[one.phone for one in people],
            emails=[None for _ in people],
            reachable=[one.phone is not None for one in people],
            there=[hours[one.places] for one in people],
            consents={number: one.consents for number, one in enumerate(people) if one.consents},
            moments=moments_of(found, codes, len(people)),
        ),
        cues=Cues([micros(one.at) for one in cues], [one.who for one in cues], lambda cue: cues[cue].attempt),
        others=[Other(one.who, Gone(micros(one.at), one.kind, True, False), None) for one in world.sent],
        until=micros(world.until),
    )


def whereabouts(places: tuple[Place, ...], world: World) -> Whereabouts:
    hours: Any = world.rule.active_hours
    return Whereabouts(
        places=places,
        places_from=None,
        hours=Timetable(places, world.policy.quiet_hours, "phone"),
        active=Timetable(places, active(hours), "phone") if hours else None,
        opt_in_only=opt_in_only(places),
    )
