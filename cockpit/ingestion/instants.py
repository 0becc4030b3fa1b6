"""Instants from text: only those that say their zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.errors import InvalidInput

UTC_TIME = pl.Datetime("us", "UTC")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # older business records are a default date of some program
FUTURE_ALLOWED = timedelta(minutes=5)


def zone_named(name: str) -> ZoneInfo:
    """The zone of this IANA name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(f"There is no time zone `{name}`; use an IANA name such as Europe/Berlin.") from error


def parsed_instants(text: pl.Series, zone: ZoneInfo | None = None) -> pl.Series:
    """UTC instants; null where the text is none, or has no zone and none was given."""
    if text.null_count() == len(text):
        return text.cast(UTC_TIME)
    instants = text.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    if instants.null_count() == text.null_count():
        return instants
    odd = (instants.is_null() & text.is_not_null()).arg_true()
    return instants.scatter(odd, pl.Series([_parsed(value, zone) for value in text.gather(odd)], dtype=UTC_TIME))


def _parsed(text: str, zone: ZoneInfo | None) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text.strip())
        instant = instant.replace(tzinfo=instant.tzinfo or zone)
        return instant.astimezone(UTC) if instant.tzinfo and not _skipped(instant) else None
    except (ValueError, OverflowError):
        return None


def _skipped(instant: datetime) -> bool:
    """Whether clocks were put forward over this local time, so that it never was."""
    return instant.astimezone(UTC).astimezone(instant.tzinfo).replace(tzinfo=None) != instant.replace(tzinfo=None)


def reason_of(text: str, zone: ZoneInfo | None = None) -> str:
    """Why a text is no instant."""
    try:
        naive = datetime.fromisoformat(text.strip()).tzinfo is None
    except ValueError:
        return f"`{text[:40]}` is not an ISO 8601 instant such as 2026-03-02T09:00:00Z"
    if naive and zone is not None:
        return f"`{text[:40]}` never was: the clocks of {zone.key} were put forward over it"
    if naive:
        return f"`{text[:40]}` has no time zone: write Z or an offset such as +02:00"
    return f"`{text[:40]}` cannot be used as an instant"
