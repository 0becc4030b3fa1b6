"""A timetable says what is said of each instant for itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.guards.facts import Place
from scoring.guards.policy import QuietHours
from scoring.instants import instant_of, micros
from scoring.quiet_hours import CannotDecide, opens_at
from scoring.timetable import Timetable

ZONES = [
    *("Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca"),
    *("Pacific/Apia", "Asia/Riyadh"),
]
START = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))
HOLIDAYS = frozenset(date(2026, 4, 1) + timedelta(days=3 * number) for number in range(40))


@st.composite
def a_place(draw: st.DrawFn) -> Place:
    """Somewhere, often with a law of its own; sometimes nobody knows its holidays."""
    zone = draw(st.sampled_from(ZONES))
    country, region = draw(st.sampled_from([(None, None), ("FR", None), ("US", "FL"), ("SA", None), ("IT", None)]))
    return Place(zone, country, region, draw(st.sampled_from([None, HOLIDAYS, HOLIDAYS])))


@settings(max_examples=150, deadline=None)
@given(
    places=st.lists(a_place(), max_size=3).map(tuple),
    opens=TIMES,
    closes=TIMES,
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    by_law=st.booleans(),
    closed=st.booleans(),
    seconds=st.lists(st.integers(0, 400 * 86_400), min_size=1, max_size=6),
)
def test_it_is_the_same_as_asking_for_each_instant(
    *,
    places: tuple[Place, ...],
    opens: time,
    closes: time,
    weekdays: set[int],
    by_law: bool,
    closed: bool,
    seconds: list[int],
) -> None:
    quiet = QuietHours(opens, closes, frozenset(weekdays), by_law, "closed" if closed else "law")
    table = Timetable(places, quiet, "phone")
    for second in seconds:
        at = START + timedelta(seconds=second)
        try:
            expected = opens_at(at, places, quiet, "phone")
        except CannotDecide:
            with pytest.raises(CannotDecide):
                table.opens_at(micros(at))
            continue
        found = table.opens_at(micros(at))
        assert (found is None) == (expected is None)
        assert found is None or instant_of(found) == expected
