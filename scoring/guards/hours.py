"""Guards that ask for the hour: quiet hours where the person is, active hours of the rule."""

from __future__ import annotations

from datetime import datetime, timedelta

from scoring.guards.case import Case, Guard, blocks, passes, spelled
from scoring.guards.facts import Json, Place, Verdict
from scoring.guards.policy import QuietHours
from scoring.quiet_hours import active, opens_at, zone_named

MOST_PLACES_TOLD = 5


def quiet_hours(case: Case) -> Verdict:
    """Nobody is contacted at night, wherever they may be."""
    quiet = case.policy.quiet_hours
    return _within(
        "quiet_hours", "Quiet hours", case, quiet, opens=f"{quiet.opens:%H:%M}", closes=f"{quiet.closes:%H:%M}"
    )


def active_hours(case: Case) -> Verdict:
    """A rule acts in its own hours only."""
    if not case.request.automatic or case.rule.active_hours is None:
        return passes("active_hours", hours=None)
    hours = case.rule.active_hours
    told = f"{hours.opens:%H:%M}-{hours.closes:%H:%M}"
    return _within("active_hours", "Not active", case, active(hours), hours=told, weekdays=sorted(hours.weekdays))


def _within(key: str, what: str, case: Case, quiet: QuietHours, **inputs: Json) -> Verdict:
    places, channel = case.person.places, case.request.channel
    opens = opens_at(case.now, places, quiet, channel)
    told = {**inputs, "places": [_told(place) for place in places[:MOST_PLACES_TOLD]], "place_count": len(places)}
    told |= {"places_from": case.person.places_from, "at": spelled(case.now)}
    if opens == case.now:
        return passes(key, **told)
    return blocks(key, until_text(what, opens, case.now, places), until=opens, **told)


def until_text(what: str, opens: datetime | None, now: datetime, places: tuple[Place, ...]) -> str:
    """`Quiet hours until 09:00` on the clock of the person; of a later day than tomorrow with its name."""
    if opens is None:
        return "No hour is allowed everywhere this person may be" if len(places) > 1 else f"{what}, without end"
    zone = zone_named(places[0].zone)
    there = opens.astimezone(zone)
    late = there.date() > now.astimezone(zone).date() + timedelta(days=1)
    return f"{what} until {there:%A %H:%M}" if late else f"{what} until {there:%H:%M}"


def _told(place: Place) -> Json:
    return "/".join(one for one in (place.country, place.region, place.zone) if one)


QUIET_HOURS = Guard(
    "quiet_hours", "Quiet hours", "Only in hours that are right in every place the person may be in.", quiet_hours
)
ACTIVE_HOURS = Guard("active_hours", "Active hours", "A rule acts in its own hours, where the person is.", active_hours)
