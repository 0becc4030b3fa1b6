"""Every guard, in the order in which they are asked and their reasons told; a new one is a function and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scoring.guards.case import Guard
from scoring.guards.hours import ACTIVE_HOURS, QUIET_HOURS
from scoring.guards.limits import COOLDOWN, MEMBER_CAP, PERSON_CAP, WORKSPACE_CAP
from scoring.guards.person import CONSENT, DO_NOT_CONTACT, REACHABLE, REPLY_SINCE
from scoring.guards.rules import ENABLED_SINCE, FUSE, PAUSED

_ALL = (
    DO_NOT_CONTACT,
    REACHABLE,
    CONSENT,
    PAUSED,
    ENABLED_SINCE,
    REPLY_SINCE,
    PERSON_CAP,
    COOLDOWN,
    MEMBER_CAP,
    WORKSPACE_CAP,
    FUSE,
    QUIET_HOURS,
    ACTIVE_HOURS,
)

GUARDS: Mapping[str, Guard] = MappingProxyType({guard.key: guard for guard in _ALL})
