"""The fake Hub itself: how it is set, what it has taken, and how each outreach goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from types import MappingProxyType
from typing import Any

from cockpit.errors import InvalidInput
from cockpit.hub.connection import CHANNELS, HUB_TYPES
from cockpit.hub.fake.engagements import Engagement, Engagements
from cockpit.hub.fake.faults import Faults
from cockpit.hub.fake.webhooks import Target, Webhooks
from cockpit.hub.phones import e164

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {"phone": "answered", "sms": "replied", "whatsapp": "replied", "email": "delivered"}
)
LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How the fake Hub behaves, faults apart."""

    key: str = field(default="", repr=False)  # the only one it takes; empty: any
    honours_key: bool = True
    target: Target = field(default_factory=Target)
    created_after: float = 0.2  # seconds until its first webhook
    outcome_after: float | None = 3.0  # until the one with the outcome; None: somebody sends it by hand
    outcomes: Mapping[str, str] = field(default_factory=lambda: OUTCOMES)  # by channel
    copies: int = 1  # how often it sends each webhook
    hang_seconds: float = 60.0
    drip_seconds: float = 1.0  # between two bytes
    slow_seconds: float = 1.0
    retry_after: int = 1


class FakeHub:
    """One fake Hub, without its HTTP side."""

    def __init__(self, manner: Manner, clock: Callable[[], datetime]) -> None:
        """Begin with nothing taken and no faults."""
        self.manner = manner
        self.clock = clock
        self.faults = Faults()
        self.engagements = Engagements()
        self.webhooks = Webhooks(clock)
        self._lock = Lock()
        self.requests = 0  # starts that were asked for, taken or not

    def set(self, changes: Mapping[str, Any]) -> None:
        """Behave otherwise from now on.

        Raises:
            InvalidInput: there is no such setting, or not that value.
        """
        known = dict(changes)
        target = self.manner.target
        if names := {"webhook_url", "webhook_secret", "webhook_signed"} & set(known):
            given = {name.removeprefix("webhook_"): known.pop(name) for name in names}
            target = replace(target, **given)
        if strange := sorted(set(known) - set(Manner.__dataclass_fields__) | ({"target"} & set(known))):
            raise InvalidInput(f"The fake Hub has no setting {strange[0]}.")
        if any(isinstance(known.get(name), int | float) and not 0 <= known[name] <= LONGEST_WAIT for name in known):
            raise InvalidInput(f"Numbers are between 0 and {LONGEST_WAIT:.0f}.")
        with self._lock:
            self.manner = replace(self.manner, target=target, **known)

    def count_request(self) -> None:
        """Note that a start was asked for."""
        with self._lock:
            self.requests += 1

    def take(self, request: Mapping[str, Any], key: str | None) -> Engagement:
        """Take an outreach and let it go on by itself."""
        before = self.manner
        made = self.engagements.take(request, key, self.clock(), honours_key=before.honours_key)
        if made.events == 0 and before.target.url:
            self._tell_later(before.created_after, "engagement.created", made.engagement_id)
        if before.outcome_after is not None:
            self.webhooks.after(before.outcome_after, lambda: self._end(made.engagement_id))
        return made

    def go_on(self, engagement_id: str, status: str, outcome: str | None) -> Engagement | None:
        """Let an engagement reach a status, and tell it at once."""
        changed = self.engagements.change(engagement_id, status, outcome, self.clock())
        if changed is not None:
            self._tell_later(0, "engagement.updated", engagement_id)
        return changed

    def close(self) -> None:
        """Send nothing more."""
        self.webhooks.close()

    def _end(self, engagement_id: str) -> None:
        known = self.engagements.find(engagement_id)
        if known is not None:
            self.go_on(engagement_id, "completed", self.manner.outcomes.get(str(known.request.get("channel"))))

    def _tell_later(self, seconds: float, kind: str, engagement_id: str) -> None:
        def told() -> tuple[Target, Mapping[str, Any]] | None:
            known = self.engagements.find(engagement_id)
            return None if known is None else (self.manner.target, known.event(kind, self.clock()))

        for _ in range(self.manner.copies):
            self.webhooks.after(seconds, told)


def fault_of(request: Any) -> str | None:
    """What the Hub has against a start, or None; it knows its own words only."""
    if not isinstance(request, dict):
        return "The body must be a JSON object."
    checks = (
        (bool(request.get("domain_name")), "domain_name is required."),
        (request.get("type") in HUB_TYPES, f"Invalid type {str(request.get('type'))[:60]!r}: {', '.join(HUB_TYPES)}."),
        (request.get("channel") in CHANNELS, f"Invalid channel {str(request.get('channel'))[:60]!r}."),
    )
    wrong = next((sentence for holds, sentence in checks if not holds), None)
    return wrong or (_fault_of_email(request) if request["channel"] == "email" else _fault_of_number(request))


def _fault_of_email(request: Mapping[str, Any]) -> str | None:
    if request["type"] != "informational":
        return "E-mail allows informational only."
    return None if request.get("email_address") or request.get("client_email") else "email_address is required."


def _fault_of_number(request: Mapping[str, Any]) -> str | None:
    number = request.get("phone_number")
    return None if isinstance(number, str) and e164(number) == number else "phone_number must be E.164."
