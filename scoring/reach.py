"""Whether a person can be reached on a channel now, and if not, why: the label of a button that is off.

The same quiet hours as the guard's, without a ledger: what a panel of hundreds of rows can ask of each.
"""

from __future__ import annotations

from datetime import datetime

from scoring.guards.facts import NEEDS_PHONE, Place
from scoring.guards.hours import until_text
from scoring.guards.policy import QuietHours
from scoring.quiet_hours import CannotDecide, opens_at, zone_named


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


def local_time(now: datetime, time_zone: str | None) -> datetime | None:
    """The instant on the person's clock; None when the zone is not known."""
    try:
        return now.astimezone(zone_named(time_zone)) if time_zone else None
    except CannotDecide:
        return None
