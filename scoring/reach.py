"""Whether a person can be reached on a channel now, and if not, why: the label of a button that is off."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(9, 0), time(20, 0)  # what every place we know of allows (what-users-want.md 5.4)
NEEDS_PHONE = frozenset({"phone", "sms", "whatsapp"})


def blocked_reason(
    channel: str | None,
    now: datetime,
    *,
    do_not_contact: bool,
    has_phone: bool,
    has_email: bool,
    time_zone: str | None,
    default_zone: str | None,
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
    return quiet_hours(now, time_zone, default_zone)


def quiet_hours(now: datetime, time_zone: str | None, default_zone: str | None) -> str | None:
    """`Quiet hours until 09:00` outside of 09:00 to 20:00 where the person is, or where the workspace is."""
    local = local_time(now, time_zone) or local_time(now, default_zone)
    if local is None:
        return "Time zone unknown"
    if OPENS <= local.time() < CLOSES:
        return None
    opens = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    return f"Quiet hours until {datetime.combine(opens, OPENS):%H:%M}"


def local_time(now: datetime, time_zone: str | None) -> datetime | None:
    """The instant on the person's clock; None when the zone is not known."""
    zone = _zone(time_zone) if time_zone else None
    return None if zone is None else now.astimezone(zone)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    """The zone of this name, or None for a name that is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
