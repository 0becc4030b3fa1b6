"""What a guard looks at and what it answers: the request, the person, what went out before, the rule, the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
Origin = Literal["manual", "rule", "workflow"]
NEEDS_PHONE = frozenset({"phone", "sms", "whatsapp"})
EVERY_CHANNEL = "*"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one guard says of one request at one instant."""

    guard: str
    allowed: bool
    reason: str | None = None  # the label of a button that is off
    inputs: Mapping[str, Json] = field(default_factory=dict)  # what it was decided from, as it goes to the guard log
    opens_at: datetime | None = None  # not before; None when time alone does not open it


@dataclass(frozen=True, slots=True)
class ActiveHours:
    """When a rule may act, on the person's clock; a window that closes before it opens runs over midnight."""

    opens: time
    closes: time
    weekdays: frozenset[int] = frozenset(range(7))  # 0 is Monday


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """The rule or workflow that asks."""

    rule_key: str
    enabled: bool  # the rule may send by itself: enabled, active and auto_execute
    enabled_at: datetime | None  # signals before it are not acted on
    cooldown: timedelta | None = None  # None: as the policy says
    daily_max: int | None = None  # per person and rolling 24 h; None: no limit of its own
    active_hours: ActiveHours | None = None
    rehearsed_rate: float | None = None  # people in the busiest 24 h of its rehearsal
    paused_at: datetime | None = None
    paused_why: str | None = None


@dataclass(frozen=True, slots=True)
class GuardRequest:
    """An outreach that somebody or something asks for."""

    channel: str
    origin: Origin
    rule: RuleFacts | None = None  # always there unless the origin is manual
    evidence_at: datetime | None = None  # of the signal the outreach answers; of a workflow the start of the run
    member_id: str | None = None  # who asked, or whose person it is

    @property
    def automatic(self) -> bool:
        """Whether nobody clicked."""
        return self.origin != "manual"


@dataclass(frozen=True, slots=True)
class Consent:
    """That a person agreed to be contacted on a channel (`*`: on each), on what ground and until when."""

    channel: str
    basis: str  # express, contract, purchase, inquiry, withdrawn ...
    granted_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere the person may be: the clock, and the country and state whose hours and holidays hold."""

    zone: str
    country: str | None = None  # ISO 3166-1 alpha-2
    region: str | None = None  # the second half of ISO 3166-2: FL, TX
    holidays: frozenset[date] | None = None  # None: not known


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is known of the person; None is not known, and a guard that needs it blocks."""

    do_not_contact: bool | None
    places: tuple[Place, ...] = ()  # all that are plausible; none: nobody knows where the person is
    places_from: str | None = None  # phone, person, owner or workspace: what the places were taken from
    opted_out: frozenset[str] = frozenset()  # channels, or `*`
    consents: tuple[Consent, ...] = ()
    phone: str | None = None  # E.164
    email: str | None = None
    last_inbound_at: datetime | None = None  # the last time the person did something towards us
    last_reply_at: datetime | None = None  # the last time the person answered
    booked_at: datetime | None = None  # the last time an appointment was made, or a call back asked for
    bounced_at: datetime | None = None
    rules_stopped_at: datetime | None = None  # somebody stopped every rule for this person


@dataclass(frozen=True, slots=True)
class Sent:
    """An outreach that went out, may have gone out, or waits to go: whatever is not cancelled, blocked or not sent."""

    at: datetime
    channel: str
    origin: Origin
    rule_key: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of something in a rolling window."""

    count: int
    frees_at: datetime | None = None  # of a full one: when fewer than the limit are left, if nothing else happens


@dataclass(frozen=True, slots=True)
class Ledger:
    """What went out before, without the request itself; None is not counted, and the guard that needs it blocks."""

    sends: tuple[Sent, ...] | None  # to this person, of the longer of 7 d and the cooldown of the rule
    member_day: Tally | None = None  # by this member in 24 h
    workspace_day: Tally | None = None  # automatic ones in 24 h
    workspace_minute: Tally | None = None  # automatic ones in 1 min
    rule_day: Tally | None = None  # of this rule in 24 h
