"""Random stories of signals, and an engine written as plainly as possible to compare with."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from scoring.signals import BUILT_IN, Catalogue

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
NOW = EPOCH + timedelta(days=400)
SCHEMA = {
    "person_id": pl.String,
    "type": pl.String,
    "occurred_at": pl.Datetime("us", "UTC"),
    "value": pl.Float64,
    "scheduled_for": pl.Datetime("us", "UTC"),
}
Row = tuple[str, str, datetime, float | None, datetime | None]
TYPES = (*sorted(BUILT_IN), "SOMETHING_NEW")


def frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def signal(kind: str, days_ago: float, person: str = "ann", value: float | None = None, **plan: datetime) -> Row:
    return (person, kind, NOW - timedelta(days=days_ago), value, plan.get("scheduled_for"))


def people(*names: str) -> pl.DataFrame:
    return pl.DataFrame({"person_id": list(names)}, schema={"person_id": pl.String})


instants = st.one_of(
    st.integers(0, 399).map(lambda day: EPOCH + timedelta(days=day, hours=12)),  # many at the same instant
    st.integers(0, 400 * 86_400 - 1).map(lambda second: EPOCH + timedelta(seconds=second)),
    st.integers(0, 3 * 86_400).map(lambda second: NOW - timedelta(seconds=second + 1)),
)
rows = st.tuples(
    st.sampled_from(["ann", "bob", "cyd"]),
    st.sampled_from(TYPES),
    instants,
    st.one_of(st.none(), st.floats(0, 1e6).map(lambda v: round(v, 2))),
    st.one_of(st.none(), st.integers(-20, 20).map(lambda day: NOW + timedelta(days=day))),
)
stories = st.lists(rows, max_size=40)


def plain_amounts(signals: list[Row], catalogue: Catalogue = BUILT_IN) -> dict[tuple[str, str], tuple[float, int]]:
    """Per person and type: the decayed, capped count at the last signal, and the capped count."""
    days: dict[tuple[str, str], dict[Any, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    for person, kind, at, *_ in signals:
        days[person, kind][at.date()].append(at)
    result = {}
    for key, by_day in days.items():
        last = max(max(times) for times in by_day.values())
        half_life = catalogue[key[1]].half_life if key[1] in catalogue else 14.0
        amount = sum(
            min(len(times), 3) * 2 ** (-((last - max(times)) / timedelta(days=1)) / half_life)
            for times in by_day.values()
        )
        result[key] = (amount, sum(min(len(times), 3) for times in by_day.values()))
    return result


def plain_conversation(signals: list[Row], catalogue: Catalogue = BUILT_IN) -> dict[str, dict[str, Any]]:
    """The conversation state of each person, one rule after the other."""
    mine: dict[str, list[Row]] = defaultdict(list)
    for row in signals:
        mine[row[0]].append(row)
    return {person: _state(rows, catalogue) for person, rows in mine.items()}


def _state(signals: list[Row], catalogue: Catalogue) -> dict[str, Any]:
    known = [(at, kind, catalogue[kind], plan) for _, kind, at, _, plan in signals if kind in catalogue]
    inbound = [(at, kind) for at, kind, what, _ in known if what.direction == "inbound"]
    outbound = [(at, kind) for at, kind, what, _ in known if what.direction == "outbound"]
    floor = datetime.min.replace(tzinfo=UTC)
    closed_us = max((at for at, _, what, _ in known if what.closes_turn in ("us", "both")), default=floor)
    closed_them = max((at for at, _, what, _ in known if what.closes_turn in ("them", "both")), default=floor)
    cleared = max((at for at, _, what, _ in known if what.plans == "clears"), default=floor)
    openings = [(at, kind) for at, kind, what, _ in known if what.opens_turn == "us" and at > closed_us]
    asked = [at for at, _, what, _ in known if what.opens_turn == "them" and at > closed_them]
    since = min((at for at, _ in openings), default=None)
    plans = [plan for at, _, what, plan in known if what.plans == "sets" and at > cleared and plan]
    became = [(at, what.lifecycle) for at, _, what, _ in known if what.lifecycle]
    against = {kind for kind, what in catalogue.items() if what.weight < 0}
    last_at = max(row[2] for row in signals)
    return {
        "first_at": min((row[2] for row in signals if row[1] not in against), default=None),
        "last_at": last_at,
        "last_type": max(row[1] for row in signals if row[2] == last_at),
        "last_inbound_at": max(inbound)[0] if inbound else None,
        "last_inbound_type": max(inbound)[1] if inbound else None,
        "last_outbound_at": max(outbound)[0] if outbound else None,
        "last_outbound_type": max(outbound)[1] if outbound else None,
        "contact_days": len({at.date() for at, _ in inbound + outbound}),
        "inbound_days": len({at.date() for at, _ in inbound}),
        "waiting_since": since,
        "waiting_type": max((kind for at, kind in openings if at == since), default=None),
        "asked_at": max(asked, default=None),
        "turn": "us" if since else "them" if asked else "none",
        "next_step_at": max(plans, default=None),
        "opted_out_at": min((at for at, _, what, _ in known if what.opts_out), default=None),
        "lifecycle": max(became)[1] if became else None,
        "signals": len(signals),
    }


def counted(signals: list[Row]) -> Counter[str]:
    return Counter(row[0] for row in signals)
