"""How an execution stands, in the words of the screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from cockpit.automation.held import held
from cockpit.storage.attempts import (
    ACCEPTED,
    BLOCKED,
    CANCELLED,
    COMPLETED,
    FAILED_NOT_SENT,
    RESERVED,
    SENDING,
    UNKNOWN,
    Attempt,
)
from cockpit.ui.words import instant_words
from scoring.actions.registry import ACTIONS

ENDED: Final = (COMPLETED, FAILED_NOT_SENT, CANCELLED, BLOCKED)
NOT_SENT: Final = (FAILED_NOT_SENT, CANCELLED, BLOCKED)


@dataclass(frozen=True, slots=True)
class Standing:
    """A short name of how it stands, and a sentence."""

    label: str
    sentence: str

    @property
    def line(self) -> str:
        """Both in one line."""
        return f"{self.label}: {self.sentence}" if self.sentence else self.label


def title_of(action_type: str) -> str:
    """What an action is called."""
    return ACTIONS[action_type].title if action_type in ACTIONS else action_type.replace("_", " ").capitalize()


def standing_of(attempt: Attempt, now: datetime, zone: str) -> Standing:
    """How an execution stands; instants are on the clock of this zone."""
    return WORDS[attempt.state](attempt, now, zone)


def _reserved(attempt: Attempt, now: datetime, zone: str) -> Standing:
    waits = held(attempt)
    at = instant_words(waits.goes_at, zone) if waits.goes_at else "nobody knows when"
    if waits.because == "guard":
        return Standing(f"Held until {at}", waits.why)
    if waits.because == "next try":
        return Standing(f"Next try {at}", waits.why)
    left = (waits.goes_at - now).total_seconds() if waits.goes_at else 0
    return Standing("Waiting", f"goes out in {left:.0f} s" if left > 0 else "goes out as soon as a worker takes it")


def _accepted(attempt: Attempt, now: datetime, zone: str) -> Standing:
    del now, zone
    told = f"{outcome_words(attempt.outcome)}, and it goes on" if attempt.outcome else "no outcome yet"
    return Standing("Accepted by the Hub", f"{told} · ref {attempt.engagement_id}" if attempt.engagement_id else told)


def _unknown(attempt: Attempt, now: datetime, zone: str) -> Standing:
    del now
    waits = held(attempt)
    again = f" The Hub is asked again at {instant_words(waits.goes_at, zone)}." if waits.goes_at else ""
    return Standing("Unknown", f"{attempt.reason or 'It may have gone out.'}{again}")


def _said(label: str, otherwise: str = "") -> Callable[[Attempt, datetime, str], Standing]:
    """A standing whose sentence is what was noted."""
    return lambda attempt, now, zone: Standing(label, attempt.reason or attempt.error or otherwise)


def outcome_words(outcome: str | None) -> str:
    """An outcome as a person reads it."""
    return (outcome or "no outcome").replace("_", " ")


WORDS: Final[Mapping[str, Callable[[Attempt, datetime, str], Standing]]] = MappingProxyType(
    {
        RESERVED: _reserved,
        SENDING: lambda attempt, now, zone: Standing("Sending", "the Hub is being asked"),
        ACCEPTED: _accepted,
        COMPLETED: lambda attempt, now, zone: Standing("Completed", outcome_words(attempt.outcome)),
        UNKNOWN: _unknown,
        FAILED_NOT_SENT: _said("Not sent", "the Hub did not take it"),
        CANCELLED: _said("Taken back"),
        BLOCKED: _said("Blocked", "a guard does not allow it"),
    }
)
