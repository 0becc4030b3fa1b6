"""A timetable says what is said of each instant for itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.guards.facts import Place
from scoring.guards.policy import QuietHours
from scoring.instants import instant_of, micros
from scoring.quiet_hours import CannotDecide, is_open, opens_at
from scoring.timetable import FAR, Timetable

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


PARIS, LORD_HOWE, NEW_YORK = (Place(zone) for zone in ("Europe/Paris", "Australia/Lord_Howe", "America/New_York"))
MINUTE = micros(START + timedelta(minutes=1)) - micros(START)


@pytest.mark.parametrize(
    ("first", "places", "quiet"),
    [
        (date(2026, 3, 28), (PARIS,), QuietHours(time(9), time(20))),  # clocks go forward on the second day
        (date(2026, 3, 28), (PARIS,), QuietHours(time(22), time(2, 30))),  # over midnight, to a minute that is skipped
        (date(2026, 10, 24), (PARIS,), QuietHours(time(22), time(2, 30))),  # to a minute that comes twice
        (date(2026, 4, 4), (LORD_HOWE,), QuietHours(time(1, 45), time(1, 50))),  # half an hour comes twice
        (date(2026, 3, 7), (NEW_YORK, PARIS), QuietHours(time(15), time(1))),  # open in both
        (date(2026, 3, 7), (PARIS,), QuietHours(time(0), time(0))),  # always
    ],
)
def test_minute_by_minute_it_opens_and_shuts_as_the_hours_themselves(
    first: date, places: tuple[Place, ...], quiet: QuietHours
) -> None:
    begin = datetime.combine(first, time(), tzinfo=UTC)
    minutes = [begin + timedelta(minutes=number) for number in range(5 * 1440)]
    is_open_then = [is_open(one, places, quiet, "phone") for one in minutes]
    opens, shuts = following(is_open_then, meant=True), following(is_open_then, meant=False)
    start, asked = micros(begin), range(2 * 1440)
    table = Timetable(places, quiet, "phone")
    found = table.hours_of(np.array([start + one * MINUTE for one in asked], dtype=np.int64))
    then = [FAR if one is None else start + one * MINUTE for one in opens]
    after = [FAR if one is None else start + one * MINUTE for one in shuts]
    assert found.opens.tolist() == [then[one] for one in asked]
    assert found.shuts.tolist() == [after[opens[one] or 0] for one in asked]
    for one in asked:
        if is_open_then[one]:
            end = start + (one // 1440 + 2) * 1440 * MINUTE
            assert table.open_until(start + one * MINUTE) == min(after[one], end)


def following(is_open_then: list[bool], *, meant: bool) -> list[int | None]:
    """Of each minute the first that is meant, from itself on."""
    found: list[int | None] = []
    coming: int | None = None
    for number in range(len(is_open_then) - 1, -1, -1):
        coming = number if is_open_then[number] is meant else coming
        found.append(coming)
    return found[::-1]
