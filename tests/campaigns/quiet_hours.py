"""Every IANA zone, every change of its clocks in two years, windows over midnight and by day: nothing goes outside.

`python -m tests.campaigns.quiet_hours --years 2026 2027` prints how many were looked at and every fault.
What is compared with is a reading of the clock of its own: minute by minute, with nothing of the product in it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from scoring.guards.facts import Place
from scoring.guards.policy import QuietHours
from scoring.quiet_hours import is_open, opens_at

WINDOWS = ((9, 0, 20, 0), (22, 0, 2, 30), (1, 30, 2, 15), (2, 30, 3, 30), (23, 30, 0, 30), (0, 0, 0, 0), (3, 0, 1, 0))
MINUTE = timedelta(minutes=1)
SPAN, AHEAD = 36 * 60, 70 * 60  # minutes that are looked at, and in which the next opening must be


def spell(instant: datetime, zone: str, quiet: QuietHours) -> bool:
    """Whether the clock on the wall shows an open time: read off, not computed from windows in UTC."""
    wall = instant.astimezone(ZoneInfo(zone))
    shown, today = wall.time().replace(second=0, microsecond=0), wall.weekday()
    if quiet.opens < quiet.closes:
        return today in quiet.weekdays and quiet.opens <= shown < quiet.closes
    evening = today in quiet.weekdays and shown >= quiet.opens
    morning = (today - 1) % 7 in quiet.weekdays and shown < quiet.closes
    return evening or morning


def first_open(instant: datetime, zone: str, quiet: QuietHours) -> datetime:
    """The first open instant from this one on, found by walking from minute to minute."""
    if spell(instant, zone, quiet):
        return instant
    step = instant.replace(second=0, microsecond=0) + MINUTE
    while not spell(step, zone, quiet):
        step += MINUTE
    return step


def changes(zone: str, years: Iterable[int]) -> Iterator[datetime]:
    """The days on which the clocks of a zone change, found by looking at noon and noon."""
    for year in years:
        day = datetime(year, 1, 1, 12, tzinfo=UTC)
        while day.year == year:
            later = day + timedelta(days=1)
            if day.astimezone(ZoneInfo(zone)).utcoffset() != later.astimezone(ZoneInfo(zone)).utcoffset():
                yield day
            day = later


def faults_of(zone: str, around: datetime, *, every: timedelta) -> Iterator[str]:
    """What is wrong on a day and a half around a change."""
    start = around - timedelta(hours=6)
    clock = [(start + number * MINUTE) for number in range(AHEAD)]
    here, steps = (Place(zone),), range(0, SPAN, every // MINUTE)
    for opens_hour, opens_minute, closes_hour, closes_minute in WINDOWS:
        quiet = QuietHours(time(opens_hour, opens_minute), time(closes_hour, closes_minute), local_law=False)
        shown = [spell(instant, zone, quiet) for instant in clock]
        for number in steps:
            told = f"{zone} {clock[number]:%Y-%m-%d %H:%M} {quiet.opens:%H:%M}-{quiet.closes:%H:%M}"
            if is_open(clock[number], here, quiet, "phone") != shown[number]:
                yield f"{told}: open is not what the clock shows"
            first, found = clock[shown.index(True, number)], opens_at(clock[number], here, quiet, "phone")
            if found != first:
                yield f"{told}: goes at {found}, not {first}"


def run(zones: Iterable[str], years: Iterable[int], *, every: timedelta) -> tuple[int, int, list[str]]:
    """Zones, changes and faults."""
    years, looked, found, faults = list(years), 0, 0, []
    for zone in zones:
        looked += 1
        days = list(changes(zone, years)) or [datetime.combine(date(years[0], 3, 29), time(12), tzinfo=UTC)]
        found += len(days)
        for day in days:
            faults.extend(faults_of(zone, day, every=every))
        opens_at.cache_clear()
    return looked, found, faults


def main() -> None:
    """Look at all zones."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--years", type=int, nargs="+", default=[2026, 2027])
    parser.add_argument("--minutes", type=int, default=7, help="the step from instant to instant")
    given = parser.parse_args()
    zones = sorted(set(available_timezones()) - {"Factory", "localtime"})
    looked, found, faults = run(zones, given.years, every=timedelta(minutes=given.minutes))
    told = f"{looked} zones, {found} days with a change (or one without), {len(WINDOWS)} windows: {len(faults)} faults"
    sys.stdout.write("\n".join([told, *faults[:20], ""]))
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
