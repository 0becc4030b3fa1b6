"""Whether a person can be reached on a channel now, and if not, why: the label of a button that is off.

The same quiet hours as the guard's, without a ledger: what a panel of hundreds of rows can ask of each.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from scoring.guards.facts import NEEDS_PHONE, Place
from scoring.guards.hours import until_text
from scoring.guards.policy import QuietHours
from scoring.quiet_hours import CannotDecide, is_open, opens_at, zone_named


def blocked_reason(
    channel: str | None,
    now: datetime,
    *,
    do_not_contact: bool,
    has_phone: bool,
    has_email: bool,
    places: tuple[Place, ...],
    quiet: QuietHours,
) -> str | None:
    """Why nothing may go out on this channel now; None when it may. Without a channel nothing goes out."""
    if channel is None:
        return None
    if do_not_contact:
        return "Do not contact"
    if channel in NEEDS_PHONE and not has_phone:
        return "No phone number"
    if channel == "email" and not has_email:
        return "No e-mail address"
    return quiet_hours(now, places, quiet, channel)


def quiet_hours(now: datetime, places: tuple[Place, ...], quiet: QuietHours, channel: str) -> str | None:
    """`Quiet hours until 09:00` on the person's clock; None when the hour is right wherever they may be."""
    try:
        opens = opens_at(now, places, quiet, channel)
    except CannotDecide as error:
        return str(error)
    return None if opens == now else until_text("Quiet hours", opens, now, places)


@lru_cache(maxsize=8192)  # the rows of a panel share the instant, and live in few places
def no_call_because(now: datetime, places: tuple[Place, ...], quiet: QuietHours) -> str | None:
    """Why the hour is wrong for a call, and by whose clock where that is not the person's; None when it is right."""
    try:
        closed = next((place for place in places if not is_open(now, (place,), quiet, "phone")), None)
        if closed is None:
            return None
        by_law = is_open(now, (closed,), replace(quiet, local_law=False), "phone")
    except CannotDecide as error:
        return str(error)
    if closed.zone != places[0].zone:
        there = now.astimezone(zone_named(closed.zone))
        return f"outside calling hours in {_city(closed.zone)}, where the number is from: {there:%H:%M} there"
    return f"no calls now by the law of {closed.country}" if by_law and closed.country else "outside calling hours"


def _city(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def local_time(now: datetime, time_zone: str | None) -> datetime | None:
    """The instant on the person's clock; None when the zone is not known."""
    try:
        return now.astimezone(zone_named(time_zone)) if time_zone else None
    except CannotDecide:
        return None
