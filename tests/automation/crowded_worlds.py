"""Worlds for rehearsals in which much meets: a few people, many signals at the edges of hours, and little that may go.

world_of(random) -> World

A week begins before a weekend on which clocks change. Signals come in bursts of seconds, around the minutes at which
hours open and close, and who is answered soon does something else, often before the answer has left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any, Literal
from uuid import UUID

from scoring.guards.facts import ActiveHours, Consent, Place, RuleFacts
from scoring.guards.policy import GuardPolicy, QuietHours
from tests.automation.straight_play import Letter, Moment, Somebody, World

START = datetime(2026, 3, 26, 6, tzinfo=UTC)  # a Thursday
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DAYS = 6
PARIS = Place("Europe/Paris", "FR", None, frozenset())
FLORIDA = (Place("America/New_York", "US", "FL", frozenset()), Place("America/Chicago", "US", "FL", frozenset()))
PLACES = [(PARIS,), (PARIS,), (PARIS,), (PARIS,), (Place("Europe/Berlin"),), (Place("Asia/Riyadh", "SA"),), FLORIDA]
NOWHERE = (Place("No/Where"),)
MEMBERS = [UUID(int=1), UUID(int=2)]
ALWAYS, BY_NIGHT = QuietHours(time(0), time(0), local_law=False), QuietHours(time(22), time(2), local_law=False)
MORNING = QuietHours(time(9), time(9, 3), local_law=False)
MIDNIGHT = QuietHours(time(23, 58), time(0, 2), frozenset({3, 4, 0, 1}), local_law=False)
MOST = 0.6  # so often it is the first way
WAYS: dict[str, list[Any]] = {  # guards as they may be set
    "quiet_hours": [
        *(QuietHours(), ALWAYS, BY_NIGHT, MORNING, MORNING, MIDNIGHT, MIDNIGHT),
        *(QuietHours(time(18)), QuietHours(weekdays=frozenset({0, 1, 3})), QuietHours(weekdays=frozenset({2}))),
    ],
    "cooldowns": [{"phone": MINUTE}, {}, {"phone": 4 * HOUR}],
    "any_channel_cooldown": [timedelta(), 20 * SECOND, 2 * HOUR],
    "rule_cooldown": [timedelta(), MINUTE, 5 * HOUR, 72 * HOUR],
    "person_day": [5, 3, 1],
    "person_week": [9, 3],
    "person_day_automatic": [4, 2, 1],
    "member_day": [100, 4, 2, 1],
    "workspace_day": [100, 9, 5, 2],
    "workspace_minute": [1, 2, 20],
    "consent_needed": ["automatic", "automatic", "never"],
    "inquiry_days": [180, 1, 2],
    "reply_pause_days": [14, 1, 0],
    "off": [frozenset(), frozenset({"cooldown"}), frozenset({"quiet_hours"})],
}
NONE_AT_ALL = ["person_day", "person_day_automatic", "member_day", "workspace_day", "workspace_minute"]
EDGES = [0, 2, 9, 10, 13, 14, 18, 20, 22]  # hours in Paris at which something opens or closes
NEAR = [-61, -60, -59, -30, -11, -10, -9, -7, -5, -1, 0, 1, 30, 59, 60, 61, 171, 175, 179]  # seconds
SOON = [0, 1, 5, 10, 11, 30, 60, 600, 3600, 9 * 3600, 24 * 3600]
SECOND_KINDS = ["missed"] * 9 + ["silent"] * 6 + ["page"] * 3 + ["reply"] * 3 + ["booking", "bounce", "stop"]


def world_of(random: Random) -> World:
    """One of them."""
    people = [_somebody(random) for _ in range(random.randint(4, 10))]
    policy = {name: _one_of(random, ways) for name, ways in WAYS.items()}
    policy |= {name: random.choice(WAYS[name]) for name in ("quiet_hours", "inquiry_days")}
    hours = random.choice([EDGES, EDGES, [9], [10, 20], [0, 2, 22]])
    bursts = [_edge(random, hours) + random.choice(NEAR) * SECOND for _ in range(random.randint(2, 6))]
    letters = [_letter(random, bursts, len(people)) for _ in range(random.choice([0, 3, 9]))]
    if random.random() < 0.05:
        policy[random.choice(NONE_AT_ALL)] = 0
    return World(
        rule=_rule(random),
        channel=None if random.random() < 0.03 else "phone",
        policy=GuardPolicy(**policy),
        people=people,
        moments=_moments(random, bursts, len(people), policy["inquiry_days"]),
        sent=sorted(letters, key=lambda one: one.at),
        cues=frozenset({"missed"} if random.random() < 0.2 else {"missed", "silent"}),
        until=START + DAYS * DAY,
        holdout_percent=random.choice([0.0, 0.0, 0.0, 30.0]),
    )


def _one_of(random: Random, ways: Sequence[Any]) -> Any:
    return ways[0] if random.random() < MOST else random.choice(ways)


def _rule(random: Random) -> RuleFacts:
    hours = ActiveHours(time(17, 30), time(10, 10), frozenset({0, 4, 5}))
    return RuleFacts(
        "a",
        enabled=True,
        enabled_at=START - DAY,
        cooldown=random.choice([None, timedelta(), timedelta(), 90 * SECOND, 5 * HOUR]),
        daily_max=_one_of(random, [None, 1, 2, 0]),
        active_hours=random.choice([None, None, None, None, hours]),
        rehearsed_rate=1e9,
    )


def _somebody(random: Random) -> Somebody:
    """Most of them may be called."""
    agreed = [Consent("*", "express", START - DAY), Consent("phone", "withdrawn", START + DAY)]
    return Somebody(
        UUID(int=random.getrandbits(128)),
        NOWHERE if random.random() < 0.03 else random.choice(PLACES),
        random.choice([None, *MEMBERS]),
        random.random() < 0.03,
        None if random.random() < 0.03 else "+33600000000",
        (random.choice(agreed),) if random.random() < 0.1 else (),
    )


def _edge(random: Random, hours: Sequence[int] = EDGES) -> datetime:
    """An instant at which hours open or close in Paris."""
    day = random.randrange(DAYS)
    summer = day > 2
    return START.replace(hour=0) + day * DAY + (random.choice(hours) - (2 if summer else 1)) * HOUR


def _moments(random: Random, bursts: Sequence[datetime], people: int, inquiry_days: int) -> list[Moment]:
    found: list[tuple[int, datetime, str]] = []
    silent = random.choice([0.2, 0.2, 1.0])
    for burst in bursts:
        for _ in range(random.randint(3, 14)):
            who, at = random.randrange(people), burst + random.choice(SOON[:8]) * SECOND
            found.append((who, at, "silent" if random.random() < silent else "missed"))
            while random.random() < 0.4:
                at += random.choice(SOON) * SECOND
                found.append((who, at, random.choice(["silent", *SECOND_KINDS[9:]] if silent == 1.0 else SECOND_KINDS)))
    for who in range(people):  # the last word before: so long ago that it is about to count no more
        at = random.choice([_edge(random), *bursts]) - inquiry_days * DAY + random.choice([*NEAR, 90, 120]) * SECOND
        found.append((who, at, "page"))
    numbers = random.sample(range(1, 10_000), len(found))
    moments = [Moment(*one, number) for one, number in zip(found, numbers, strict=True)]
    return sorted((one for one in moments if one.at < START + DAYS * DAY), key=lambda one: one.at)


def _letter(random: Random, bursts: Sequence[datetime], people: int) -> Letter:
    who = None if random.random() < 0.2 else random.randrange(people)
    origin: Literal["rule", "manual"] = random.choice(["rule", "manual"])
    by = random.choice(MEMBERS) if origin == "manual" else None
    at = random.choice([_edge(random), START - 4 * DAY, *bursts, *bursts]) + random.choice(NEAR + SOON) * SECOND
    return Letter(who, min(at, START + DAYS * DAY), random.choice(["phone", "sms"]), origin, by)
