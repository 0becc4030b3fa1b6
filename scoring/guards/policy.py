"""What a workspace asks of its guards: every number with its default.

Where the defaults come from: what people ask of automation, and what laws and other products say; all guards are on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Literal

HOURS = timedelta(hours=1)
COOLDOWNS: Mapping[str, timedelta] = MappingProxyType(
    {"phone": 4 * HOURS, "sms": 24 * HOURS, "whatsapp": 24 * HOURS, "email": 24 * HOURS}
)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When the workspace wants to be heard, on the person's clock; laws of the place only make it narrower."""

    opens: time = time(9)
    closes: time = time(20)
    weekdays: frozenset[int] = frozenset(range(7))
    local_law: bool = True  # the table of hours by country and state holds as well, for calls and messages
    holidays: Literal["law", "closed"] = "law"  # closed: on no public holiday of the place; law: where it forbids it


@dataclass(frozen=True, slots=True)
class GuardPolicy:
    """The guard settings of a workspace."""

    quiet_hours: QuietHours = field(default_factory=QuietHours)
    cooldowns: Mapping[str, timedelta] = field(default_factory=lambda: COOLDOWNS)  # per channel
    any_channel_cooldown: timedelta = 2 * HOURS
    rule_cooldown: timedelta = 72 * HOURS
    manual_cooldown: bool = True  # the cooldowns of channels hold for clicks too
    person_day_automatic: int = 1
    person_day: int = 3
    person_week: int = 5
    member_day: int = 100
    workspace_day: int = 200  # automatic ones
    workspace_minute: int = 20  # automatic ones
    fuse_factor: float = 3.0
    fuse_floor: int = 5  # below so many in 24 h no fuse blows, however rare the rehearsal said it is
    consent_needed: Literal["automatic", "always", "never"] = "automatic"
    inquiry_days: int = 180  # whoever turned to us counts as agreeing for so long, where the law takes that
    consent_recheck_days: int = 365  # without a word for so long, automatic outreach asks for new consent
    reply_pause_days: int = 14  # whoever answered an automatic outreach is left to people for so long
    paused: Literal["none", "automatic", "all"] = "none"
    paused_at: datetime | None = None
    paused_by: str | None = None
    off: frozenset[str] = frozenset()  # guards that are switched off

    @classmethod
    def from_json(cls, data: Any) -> GuardPolicy:
        """The settings as they are stored; where they cannot be read nothing leaves, by nobody."""
        from scoring.guards.policy_json import InvalidPolicy, read_policy  # noqa: PLC0415 - they need each other

        try:
            return read_policy(data)
        except InvalidPolicy as error:
            return cls(paused="all", paused_by=f"settings that cannot be read: {error}")
