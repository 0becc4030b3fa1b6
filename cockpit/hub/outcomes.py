"""What became of one call of the Hub: it was sent, it was surely not sent, or nobody can say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """The Hub took the outreach."""

    engagement_id: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The Hub surely did not take it: nothing was written to it, or it refused in words."""

    reason: str
    found: bool = True  # whether there was a Hub at all; without one the next call will fail as well
    again: bool = False  # whether the same request may be taken a little later
    wait_seconds: float | None = None  # how long the Hub asks to be left alone


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The Hub may have taken it; to ask again may reach the person twice."""

    reason: str
    found: bool = True


Outcome = Sent | NotSent | Ambiguous
