"""Instants as the addresses and the command line spell them: 2026-03-02T09:00:00Z."""

from __future__ import annotations

from datetime import UTC, datetime

from cockpit.errors import InvalidInput

EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)  # some days are counted back from an instant: it needs room behind it


def parse_instant(text: str) -> datetime:
    """The instant that is written here, in UTC.

    Raises:
        InvalidInput: it is no instant, or nobody can say in which time zone.
    """
    try:
        instant = datetime.fromisoformat(text.strip())
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"{text!r} is no instant: write it like 2026-03-02T09:00:00Z.") from error
    raise InvalidInput(f"{text!r} has no time zone: write it like 2026-03-02T09:00:00Z.")


def parse_past(text: str, now: datetime) -> datetime:
    """The past instant that is written here.

    Raises:
        InvalidInput: it is no instant, or not one that can be looked back to.
    """
    instant = parse_instant(text)
    if not EARLIEST <= instant <= now:
        raise InvalidInput(f"{text!r} is not between 1971 and now.")
    return instant


def spelled(instant: datetime) -> str:
    """An instant in UTC, as the addresses spell it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
