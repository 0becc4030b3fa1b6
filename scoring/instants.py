"""Instants as whole microseconds since 1970, for what compares and adds very many of them.

micros(instant) -> int
instant_of(micros) -> datetime          in UTC
length(duration) -> int
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """How many microseconds there were until then."""
    return (instant - EPOCH) // MICROSECOND


def instant_of(number: int) -> datetime:
    """The instant after so many microseconds."""
    return EPOCH + timedelta(microseconds=number)


def length(duration: timedelta) -> int:
    """A duration in microseconds."""
    return duration // MICROSECOND
