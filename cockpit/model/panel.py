"""What a panel hands out: the same rows for the screen, the command, REST, GraphQL and exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class SuggestedAction:
    """The card of a person: what to do, why, and what stands in the way."""

    action_id: str
    type: str
    title: str
    channel: str | None
    reason: str
    rank: float
    urgency: float
    effect: float
    effort: float
    evidence_type: str | None
    evidence_at: datetime | None
    expires_at: datetime
    blocked_reason: str | None


@dataclass(frozen=True, slots=True)
class MemberActivity:
    """What one member did in the last seven days, per day, newest first."""

    actions: int
    replies: int
    bookings: int
    median_response_minutes: float | None
    days: tuple[DayActivity, ...]


@dataclass(frozen=True, slots=True)
class DayActivity:
    """One day of a member."""

    day: date
    actions: int
    replies: int
    bookings: int
    median_response_minutes: float | None


@dataclass(frozen=True, slots=True)
class RuleOutlook:
    """What an automation rule would do now; counts stop at a cap and then read `1,000+`."""

    rule_key: str
    signal_type: str
    action_type: str
    status: str
    enabled: bool
    auto_execute: bool
    would_act: int
    would_act_text: str
    blocked: int
    blocked_reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One row; on Team Activity and Automation Suggestions the row is a member or a rule and has no person."""

    person_id: str | None
    external_id: str | None
    name: str
    rank_value: float | None
    why: str
    company: str | None = None
    owner: str | None = None
    owner_id: str | None = None
    suggested_action: SuggestedAction | None = None
    score: float | None = None
    band: str | None = None
    engagement: float | None = None
    intent: float | None = None
    fit: float | None = None
    lifecycle: str | None = None
    value: float | None = None
    last_touch_at: datetime | None = None
    last_touch: str | None = None
    time_zone: str | None = None
    local_time: datetime | None = None
    can_call: bool | None = None  # whether the hour is right for a call where they are; None: nobody knows where
    no_call_because: str | None = None  # said where it is not
    crosses_at: datetime | None = None
    crosses_to: str | None = None
    overdue_minutes: float | None = None
    quiet_days: float | None = None
    activity: MemberActivity | None = None
    outlook: RuleOutlook | None = None


@dataclass(frozen=True, slots=True)
class PanelRows:
    """The rows of one panel at one instant; `more` says that there are further ones."""

    slug: str
    as_of: datetime
    rows: tuple[PanelRow, ...]
    more: bool
    empty_cause: str | None = None  # set when there is no row


@dataclass(frozen=True, slots=True)
class PanelTotal:
    """How many people a panel holds; counting stops at the cap."""

    slug: str
    count: int
    capped: bool

    @property
    def text(self) -> str:
        """The number as it is shown: `12`, `1,000+`."""
        return f"{self.count:,}+" if self.capped else f"{self.count:,}"
