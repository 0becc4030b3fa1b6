"""Quiet hours are those of the clock on the wall in every place, on every day, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.calendars.laws import countries, laws, laws_for, seasons, states, zones_of
from scoring.guards.facts import ActiveHours, Place
from scoring.guards.policy import QuietHours
from scoring.quiet_hours import CannotDecide, active, is_open, opens_at, transitions
from scoring.reach import quiet_hours
from tests.campaigns.quiet_hours import first_open, spell
from tests.scoring.calendar_data import ramadan, zones

DEFAULT = QuietHours()
NIGHT = QuietHours(opens=time(22), closes=time(2, 30), local_law=False)
ZONES = sorted(set(available_timezones()) - {"Factory", "localtime"})
INSTANTS = st.integers(0, 3 * 366 * 1440).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def at(zone: str, *wall: int) -> datetime:
    """An instant by the clock of a zone."""
    return datetime(*wall, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc,arg-type]


def places(zone: str, country: str | None = None, region: str | None = None, *days: date) -> tuple[Place, ...]:
    """One place."""
    return (Place(zone, country, region, frozenset(days)),)


class TestWindows:
    @given(
        zone=st.sampled_from(ZONES),
        opens=TIMES,
        closes=TIMES,
        now=INSTANTS,
        days=st.sets(st.integers(0, 6), min_size=1),
    )
    def test_next_opening_is_the_first_open_minute(
        self, zone: str, opens: time, closes: time, now: datetime, days: set[int]
    ) -> None:
        quiet = QuietHours(opens, closes, frozenset(days), local_law=False)
        found = opens_at(now, places(zone), quiet, "phone")
        assert found is not None
        assert is_open(found, places(zone), quiet, "phone")
        step = now
        while step < found:  # every quarter of an hour until then is closed, by a reading of the clock of its own
            assert not spell(step, zone, quiet)
            step += timedelta(minutes=15)
        assert not (found > now and is_open(found - timedelta(microseconds=1), places(zone), quiet, "phone"))

    @given(now=INSTANTS, some=st.sets(st.sampled_from(ZONES), min_size=2, max_size=4))
    def test_in_several_places_it_is_open_when_it_is_in_each(self, now: datetime, some: set[str]) -> None:
        everywhere = tuple(Place(zone) for zone in sorted(some))
        assert is_open(now, everywhere, DEFAULT, "phone") == all(
            is_open(now, (place,), DEFAULT, "phone") for place in everywhere
        )
        found = opens_at(now, everywhere, DEFAULT, "phone")
        assert found is None or all(9 <= found.astimezone(ZoneInfo(zone)).hour < 20 for zone in some)

    def test_over_midnight_belongs_to_the_day_it_began(self) -> None:
        fridays = QuietHours(time(22), time(2), frozenset({4}), local_law=False)
        berlin = places("Europe/Berlin")
        assert is_open(at("Europe/Berlin", 2026, 11, 21, 1), berlin, fridays, "phone")  # the night of a Friday
        assert not is_open(at("Europe/Berlin", 2026, 11, 20, 1), berlin, fridays, "phone")

    def test_same_time_twice_is_the_whole_day(self) -> None:
        assert is_open(at("Asia/Tokyo", 2026, 1, 1, 3), places("Asia/Tokyo"), QuietHours(time(0), time(0)), "phone")

    def test_active_hours_of_a_rule_run_over_midnight_too(self) -> None:
        hours = active(ActiveHours(time(20), time(4)))
        assert is_open(at("Asia/Tokyo", 2026, 1, 1, 3), places("Asia/Tokyo", "JP"), hours, "phone")


class TestClocksThatChange:
    def test_opening_in_the_skipped_hour_is_when_the_clock_has_jumped(self) -> None:
        quiet = QuietHours(time(2, 30), time(6), local_law=False)
        found = opens_at(at("Europe/Berlin", 2026, 3, 29, 0), places("Europe/Berlin"), quiet, "phone")
        assert found == datetime(2026, 3, 29, 1, tzinfo=UTC)  # 02:00 became 03:00

    def test_hour_that_comes_twice_is_closed_twice(self) -> None:
        quiet = QuietHours(time(9), time(2, 30), local_law=False)
        new_york = places("America/New_York")
        first = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)  # 01:45, the first time
        assert [is_open(first + timedelta(hours=hours), new_york, quiet, "phone") for hours in (0, 1, 2)] == [
            True,
            True,
            False,
        ]

    def test_changes_are_found_to_the_second(self) -> None:
        assert transitions("Australia/Lord_Howe", date(2026, 4, 4)) == (datetime(2026, 4, 4, 15, tzinfo=UTC),)
        assert transitions("Asia/Tokyo", date(2026, 4, 4)) == ()


class TestLaw:
    @pytest.mark.parametrize(
        ("place", "channel", "wall", "expected"),
        [
            (("America/New_York", "US", "RI"), "phone", (2026, 11, 18, 18, 30), False),  # Wednesday, until 18
            (("America/New_York", "US", "NY"), "phone", (2026, 11, 18, 18, 30), True),
            (("America/Chicago", "US", "TX"), "sms", (2026, 11, 22, 11, 0), False),  # Sunday, from 12
            (("America/New_York", "US", None), "phone", (2026, 11, 18, 18, 30), False),  # no state known: every state
            (("America/New_York", "US", None), "email", (2026, 11, 18, 18, 30), True),  # not a number
            (("Europe/Paris", "FR"), "phone", (2026, 11, 18, 13, 30), False),
            (("Europe/Paris", "FR"), "sms", (2026, 11, 18, 13, 30), True),
            (("Europe/Paris", "FR", None, date(2026, 11, 11)), "sms", (2026, 11, 11, 12, 0), False),
            (("America/Toronto", "CA"), "phone", (2026, 11, 21, 9, 30), False),  # Saturday, from 10
            (("Asia/Dubai", "AE"), "whatsapp", (2026, 11, 18, 18, 30), False),
            (("Asia/Riyadh", "SA"), "sms", (2026, 3, 2, 18, 0), False),  # Ramadan
            (("Asia/Riyadh", "SA"), "sms", (2026, 4, 2, 18, 0), True),
        ],
    )
    def test_hours_of_a_place(
        self, place: tuple[str, ...], channel: str, wall: tuple[int, ...], expected: bool
    ) -> None:
        there = places(*place)  # type: ignore[arg-type]
        assert is_open(at(place[0], *wall), there, DEFAULT, channel) is expected

    def test_workspace_may_be_wider_but_the_law_is_not(self) -> None:
        wide = QuietHours(time(6), time(23))
        there, then = places("America/New_York", "US", "FL"), at("America/New_York", 2026, 11, 18, 21)
        assert not is_open(then, there, wide, "phone")
        assert is_open(then, there, QuietHours(time(6), time(23), local_law=False), "phone")

    def test_closed_on_holidays_needs_to_know_them(self) -> None:
        there = (Place("Europe/Paris", "FR"),)
        with pytest.raises(CannotDecide, match="Public holidays unknown"):
            is_open(at("Europe/Paris", 2026, 11, 18, 12), there, DEFAULT, "phone")
        closed = QuietHours(holidays="closed")
        christmas = places("Europe/London", "GB", None, date(2026, 12, 25))
        assert not is_open(at("Europe/London", 2026, 12, 25, 12), christmas, closed, "email")

    def test_calendar_that_has_ended_does_not_guess(self) -> None:
        with pytest.raises(CannotDecide, match="Ramadan ends in 2060"):
            is_open(at("Asia/Riyadh", 2061, 2, 1, 12), places("Asia/Riyadh", "SA"), DEFAULT, "sms")

    def test_every_row_says_where_it_is_from(self) -> None:
        assert all(law.source and len(law.hours.week) == 7 for law in laws())
        assert len(laws_for("US", "RI", "phone")) == 2
        assert len(laws_for("US", "CA", "phone")) == 1


class TestLabels:
    def test_it_says_until_when_on_the_persons_clock(self) -> None:
        lisbon, friday = places("Europe/Paris", "FR"), at("Europe/Paris", 2026, 11, 20, 21)
        assert quiet_hours(friday, places("Asia/Tokyo"), DEFAULT, "email") == "Quiet hours until 09:00"
        assert quiet_hours(friday, lisbon, DEFAULT, "phone") == "Quiet hours until Monday 10:00"
        assert quiet_hours(at("Asia/Tokyo", 2026, 1, 1, 9), places("Asia/Tokyo"), DEFAULT, "phone") is None

    def test_unknown_is_closed(self) -> None:
        noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
        assert quiet_hours(noon, (), DEFAULT, "phone") == "Time zone unknown"
        assert quiet_hours(noon, places("Mars/Olympus"), DEFAULT, "phone") == "Time zone unknown"
        apart = (Place("Pacific/Honolulu"), Place("Asia/Tokyo"), Place("Europe/Berlin"))
        assert quiet_hours(noon, apart, DEFAULT, "phone") == "No hour is allowed everywhere this person may be"


class TestCalendars:
    def test_written_calendars_are_those_of_the_installed_libraries(self) -> None:
        assert {country: list(zones_of(country)) for country in zones()} == zones()
        assert [[str(day) for day in span] for span in seasons("ramadan")] == ramadan()

    def test_zones_and_area_codes(self) -> None:
        assert countries()["America/New_York"] == countries()["US/Eastern"] == "US"
        assert (states()["401"], states()["212"], len(set(states().values()))) == ("RI", "NY", 51)

    def test_all_openings_of_a_week_are_found(self) -> None:
        paris = places("Europe/Paris", "FR", None, date(2026, 11, 11))
        start = at("Europe/Paris", 2026, 11, 9, 0)
        assert opens_at(at("Europe/Paris", 2026, 11, 10, 20), paris, DEFAULT, "phone") == at(
            "Europe/Paris", 2026, 11, 12, 10
        )
        assert first_open(start, paris[0].zone, QuietHours(time(10), time(13), local_law=False)) == opens_at(
            start, paris, DEFAULT, "phone"
        )
