"""What a rehearsal foresees, counts and holds back by the hundred is what the guards say one by one."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import polars as pl

from cockpit.automation.rehearsal_facts import People, Whereabouts
from cockpit.automation.rehearsal_moments import KINDS as ASKED_FOR
from cockpit.automation.rehearsal_moments import moments_of
from cockpit.automation.rehearsal_play import play
from cockpit.automation.rehearsal_script import Other, Script
from cockpit.automation.rehearsal_steps import Cues
from scoring.guards.facts import Place
from scoring.guards.quick import Gone, opt_in_only
from scoring.instants import micros
from scoring.quiet_hours import active
from scoring.timetable import Timetable
from tests.automation.crowded_worlds import world_of
from tests.automation.straight_play import KINDS, Letter, Straight, World

CODES = {name: number for number, name in enumerate(KINDS)}
WORLDS = 300
HAPPENS = {  # what has to happen somewhere in these worlds, else they say nothing
    *(("becomes", one, "") for one in ("sent", "joined", "held out", "cancelled", "waiting")),
    *(("becomes", "blocked", one) for one in ("do_not_contact", "reachable", "consent", "reply_since", "person_cap")),
    *(("becomes", "blocked", one) for one in ("cooldown", "member_cap", "workspace_cap", "quiet_hours")),
    *(("becomes", "blocked", one) for one in ("active_hours", "window", "mapping")),
    ("begins",),
    *(("begins", one) for one in ("person_cap", "cooldown", "member_cap", "workspace_cap", "quiet_hours")),
    ("begins", "active_hours"),
    ("begins", "workspace_cap", "quiet_hours"),
    ("begins", "quiet_hours", "active_hours"),
    ("leaves", "alone"),
    ("leaves", "of several"),
    ("waits on", "of several", "workspace_cap"),
    ("waits longer", "alone", "workspace_cap"),
    ("waits longer", "alone", "quiet_hours"),
    *(("does not leave", "of several", one) for one in ("reply_since", "workspace_cap", "member_cap", "person_cap")),
    ("does not leave", "of several", "reply_since", "workspace_cap"),
    ("sent for another reason", "while one waits"),
}


def test_it_says_what_asking_every_guard_says() -> None:
    seen: Counter[tuple[str, ...]] = Counter()
    for seed in range(WORLDS):
        world = world_of(Random(seed))
        script, straight = script_of(world), Straight(world)
        outcomes = play(script)
        steps = [outcomes.step(cue) for cue in range(len(script.cues.at))]
        assert [step[3:] for step in steps] == straight.play(), f"world {seed}"
        seen += straight.seen
    assert HAPPENS - set(seen) == set()


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
        others=[other_of(one) for one in world.sent],
        until=micros(world.until),
    )


def other_of(one: Letter) -> Other:
    return Other(one.who, Gone(micros(one.at), one.channel, one.origin == "rule", of_rule=False), one.by)


def whereabouts(places: tuple[Place, ...], world: World) -> Whereabouts:
    hours: Any = world.rule.active_hours
    return Whereabouts(
        places=places,
        places_from=None,
        hours=Timetable(places, world.policy.quiet_hours, "phone"),
        active=Timetable(places, active(hours), "phone") if hours else None,
        opt_in_only=opt_in_only(places),
    )
