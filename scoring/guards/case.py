"""What all guards are handed, and the two answers they give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scoring.guards.facts import GuardRequest, Json, Ledger, PersonFacts, RuleFacts, Sent, Verdict
from scoring.guards.policy import GuardPolicy
from scoring.quiet_hours import CannotDecide


@dataclass(frozen=True, slots=True)
class Case:
    """One request at one instant, with all that is known."""

    request: GuardRequest
    ledger: Ledger
    person: PersonFacts
    policy: GuardPolicy
    now: datetime

    @property
    def rule(self) -> RuleFacts:
        """The rule or workflow that asks."""
        if self.request.rule is None:
            raise CannotDecide("The rule that asks is not known")
        return self.request.rule

    @property
    def sends(self) -> tuple[Sent, ...]:
        """What went to this person before."""
        if self.ledger.sends is None:
            raise CannotDecide("What was sent before is not known")
        return self.ledger.sends

    def sent_since(self, window: timedelta) -> tuple[Sent, ...]:
        """What went to this person in a rolling window; what waits to go counts as well."""
        return tuple(one for one in self.sends if one.at > self.now - window)


@dataclass(frozen=True, slots=True)
class Guard:
    """A check; its name is the one in verdicts, in the guard log and in the settings."""

    key: str
    title: str
    description: str
    check: Callable[[Case], Verdict]


def passes(guard: str, **inputs: Json) -> Verdict:
    """Nothing stands in the way."""
    return Verdict(guard, allowed=True, inputs=inputs)


def blocks(guard: str, reason: str, *, until: datetime | None = None, **inputs: Json) -> Verdict:
    """It must not leave now; `until`: it may then, as far as this guard goes."""
    return Verdict(guard, allowed=False, reason=reason, inputs=inputs, opens_at=until)


def spelled(instant: datetime | None) -> str | None:
    """An instant as the guard log writes it."""
    return (
        None if instant is None else instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    )


def wait(length: timedelta) -> str:
    """How long is left, rounded up: `3 h 25 min`."""
    minutes = -(-length // timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24) if hours >= 48 else (0, hours)
    parts = [f"{days} d"] * bool(days) + [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest and not days)
    return " ".join(parts) or "0 min"
