"""When somebody may be contacted, on the clocks of all the places where they may be.

is_open(at, places, quiet, channel) -> bool                 raises CannotDecide
opens_at(at, places, quiet, channel) -> datetime | None     the first open instant from then on; None: not in two weeks
turns(day, places, quiet, channel) -> list[datetime]        when it may open or close on a day of UTC, in order

All windows are on the clock on the wall, so a day on which clocks change is no special case: an hour that comes twice
is open twice or not at all, one that is skipped is not waited for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from scoring.calendars.laws import Hours, laws_for, seasons
from scoring.guards.facts import NEEDS_PHONE, ActiveHours, Place
from scoring.guards.policy import QuietHours

DAY = timedelta(days=1)
DAYS_AHEAD = 15  # longer than any run of holidays and weekends
MINUTES = 1440
ALL_DAY = ((0, MINUTES),)
Places = tuple[Place, ...]


class CannotDecide(ValueError):
    """What is needed to say whether it is open is not known; the message says what."""


def is_open(at: datetime, places: Places, quiet: QuietHours, channel: str) -> bool:
    """Whether it is open in every place."""
    return all(_open_there(at, place, hours) for place in _known(places) for hours in hours_of(place, quiet, channel))


@lru_cache(maxsize=8192)
def opens_at(at: datetime, places: Places, quiet: QuietHours, channel: str) -> datetime | None:
    """The first instant from `at` on at which it is open in every place."""
    if is_open(at, places, quiet, channel):
        return at
    start = at.astimezone(UTC)
    for number in range(DAYS_AHEAD):
        for instant in _changes(start.date() + number * DAY, places, quiet, channel):
            if instant > start and is_open(instant, places, quiet, channel):
                return instant
    return None


def turns(day: date, places: Places, quiet: QuietHours, channel: str) -> list[datetime]:
    """The instants of a day of UTC between which it stays open or stays closed; a window may have begun days before."""
    near = [day + number * DAY for number in (-2, -1, 0, 1)]
    edges = {edge for place in set(places) for there in near for edge in _edges(there, place, quiet, channel)}
    changes = edges.union(*(transitions(place.zone, day) for place in places))
    return sorted(one for one in changes if one.date() == day)


@lru_cache(maxsize=4096)
def hours_of(place: Place, quiet: QuietHours, channel: str) -> tuple[Hours, ...]:
    """All hours that hold in a place: what the workspace wants, and the law."""
    wanted = window(quiet.opens, quiet.closes)
    week = tuple((wanted,) if day in quiet.weekdays else () for day in range(7))
    own = Hours(week, closed_on_holidays=quiet.holidays == "closed")
    law = laws_for(place.country, place.region, channel) if quiet.local_law and channel in NEEDS_PHONE else ()
    return (own, *law)


def active(hours: ActiveHours) -> QuietHours:
    """The active hours of a rule, to be looked at like quiet hours; the law is a matter of the guard for those."""
    return QuietHours(hours.opens, hours.closes, hours.weekdays, local_law=False)


def window(opens: time, closes: time) -> tuple[int, int]:
    """A window in minutes; one that closes before it opens runs over midnight, the same twice is the whole day."""
    first, last = (one.hour * 60 + one.minute for one in (opens, closes))
    return first, last if last > first else last + MINUTES


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """The zone of this name.

    Raises:
        CannotDecide: It is none.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise CannotDecide("Time zone unknown") from error


def _known(places: Places) -> Places:
    if not places:
        raise CannotDecide("Time zone unknown")
    return places


def _open_there(at: datetime, place: Place, hours: Hours) -> bool:
    local = at.astimezone(zone_named(place.zone))
    minute, day = local.hour * 60 + local.minute, local.date()
    today = any(opens <= minute < closes for opens, closes in _windows(day, place, hours))
    return today or any(minute + MINUTES < closes for _, closes in _windows(day - DAY, place, hours))


def _windows(day: date, place: Place, hours: Hours) -> tuple[tuple[int, int], ...]:
    """The windows that open on a day."""
    if hours.season is not None and not _in_season(day, hours.season):
        return ALL_DAY
    if hours.closed_on_holidays and _is_holiday(day, place):
        return ()
    return hours.week[day.weekday()]


def _is_holiday(day: date, place: Place) -> bool:
    if place.holidays is None:
        raise CannotDecide("Public holidays unknown")
    return day in place.holidays


@lru_cache(maxsize=4096)
def _in_season(day: date, season: str) -> bool:
    spans = seasons(season)
    if not spans[0][0] <= day <= spans[-1][1]:
        raise CannotDecide(f"The calendar of {season.title()} ends in {spans[-1][1].year}")
    return any(first <= day <= last for first, last in spans)


def _changes(day: date, places: Places, quiet: QuietHours, channel: str) -> list[datetime]:
    """The instants of a day of UTC at which it may open, in order; on the clocks of the world it is three days."""
    near = (day - DAY, day, day + DAY)
    beginnings = {
        instant
        for place in set(places)
        for there in near
        for instant in _beginnings(there, place, quiet, channel)
        if instant.date() == day
    }
    return sorted(beginnings.union(*(transitions(place.zone, day) for place in places)))


@lru_cache(maxsize=65_536)
def _beginnings(day: date, place: Place, quiet: QuietHours, channel: str) -> tuple[datetime, ...]:
    """When the windows of a day begin, and the day itself: in an hour that comes twice, both times."""
    starts = {opens for hours in hours_of(place, quiet, channel) for opens, _ in _windows(day, place, hours)}
    return _on_the_wall(day, place, {0, *starts})


@lru_cache(maxsize=65_536)
def _edges(day: date, place: Place, quiet: QuietHours, channel: str) -> tuple[datetime, ...]:
    """When the windows of a day begin and when they end, which may be on the next one."""
    hours = hours_of(place, quiet, channel)
    return _on_the_wall(day, place, {0}.union(*(each for one in hours for each in _windows(day, place, one))))


def _on_the_wall(day: date, place: Place, minutes: Iterable[int]) -> tuple[datetime, ...]:
    """The instants at which a clock shows these minutes of a day; in an hour that comes twice, both."""
    zone = zone_named(place.zone)
    walls = [
        datetime.combine(day + minute // MINUTES * DAY, time(*divmod(minute % MINUTES, 60)), tzinfo=zone)
        for minute in minutes
    ]
    return tuple(wall.replace(fold=fold).astimezone(UTC) for wall in walls for fold in (0, 1))


@lru_cache(maxsize=65_536)
def transitions(zone_name: str, day: date) -> tuple[datetime, ...]:
    """When the clocks of a zone change on a day of UTC, to the second."""
    zone = zone_named(zone_name)
    before = datetime.combine(day, time(), tzinfo=UTC)
    after = before + DAY
    old = before.astimezone(zone).utcoffset()
    if after.astimezone(zone).utcoffset() == old:
        return ()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return (after,)
