"""Guard settings as plain JSON: hours as numbers, times as `HH:MM`; only what differs from the defaults is written.

read_policy(data) -> GuardPolicy            raises InvalidPolicy with a sentence for whoever typed it
written(policy) -> dict                     what `read_policy` reads back
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime, time, timedelta
from typing import Any

from scoring.guards.policy import GuardPolicy, QuietHours

ALWAYS_ON = frozenset({"do_not_contact", "reachable", "paused", "enabled_since"})
LONGEST_HOURS = 24 * 365
MOST = 1_000_000


class InvalidPolicy(ValueError):
    """Guard settings that are none; the message says which and why."""


def read_policy(data: Any) -> GuardPolicy:
    """The settings in a JSON document; what it does not name is as by default.

    Raises:
        InvalidPolicy: a name or a value is none.
    """
    given = _object(data, "Guard settings")
    return GuardPolicy(**_values(given, _READ, "Guard settings"))


def written(policy: GuardPolicy) -> dict[str, Any]:
    """What of the settings differs from the defaults."""
    return _differing(
        policy, GuardPolicy(), {**_WRITE, "quiet_hours": lambda one: _differing(one, QuietHours(), _WRITE)}
    )


def _differing(given: Any, default: Any, write: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    found = {field.name: getattr(given, field.name) for field in fields(given)}
    changed = {name: value for name, value in found.items() if value != getattr(default, name)}
    return {name: write.get(name, _same)(value) for name, value in changed.items()}


def _values(given: Mapping[str, Any], read: Mapping[str, Callable[[Any, str], Any]], what: str) -> dict[str, Any]:
    unknown = sorted(set(given) - set(read))
    if unknown:
        raise InvalidPolicy(f"{what} have no {unknown[0]}.")
    return {name: read[name](value, name) for name, value in given.items()}


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidPolicy(f"{name} must be an object.")
    return value


def _number(low: float, high: float, *, whole: bool = True) -> Callable[[Any, str], Any]:
    def read(value: Any, name: str) -> Any:
        kind = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
            raise InvalidPolicy(f"{name} must be a {'whole ' if whole else ''}number from {low:g} to {high:g}.")
        return value

    return read


def _one_of(*words: str) -> Callable[[Any, str], str]:
    def read(value: Any, name: str) -> str:
        if value not in words or not isinstance(value, str):
            raise InvalidPolicy(f"{name} must be one of {', '.join(words)}.")
        return value

    return read


def _hours(value: Any, name: str) -> timedelta:
    return timedelta(hours=_number(0, LONGEST_HOURS, whole=False)(value, name))


def _time(value: Any, name: str) -> time:
    try:
        read = time.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InvalidPolicy(f"{name} must be a time such as 09:00.") from error
    if read.second or read.microsecond or read.tzinfo:
        raise InvalidPolicy(f"{name} must be a time in whole minutes such as 09:00.")
    return read


def _weekdays(value: Any, name: str) -> frozenset[int]:
    days = _list(value, name)
    if not days or not all(type(day) is int and 0 <= day <= 6 for day in days):
        raise InvalidPolicy(f"{name} must name at least one day, from 0 (Monday) to 6.")
    return frozenset(days)


def _cooldowns(value: Any, name: str) -> Mapping[str, timedelta]:
    return {channel: _hours(hours, f"{name}.{channel}") for channel, hours in _object(value, name).items()}


def _off(value: Any, name: str) -> frozenset[str]:
    guards = frozenset(one for one in _list(value, name) if isinstance(one, str))
    if guards & ALWAYS_ON:
        raise InvalidPolicy(f"The guard {min(guards & ALWAYS_ON)} cannot be switched off.")
    return guards


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidPolicy(f"{name} must be a list.")
    return value


def _truth(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidPolicy(f"{name} must be true or false.")
    return value


def _instant(value: Any, name: str) -> datetime | None:
    try:
        read = None if value is None else datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InvalidPolicy(f"{name} must be an instant.") from error
    if read is not None and read.tzinfo is None:
        raise InvalidPolicy(f"{name} must be an instant with its zone.")
    return read


def _text(value: Any, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise InvalidPolicy(f"{name} must be a text.")
    return value


def _quiet(value: Any, name: str) -> QuietHours:
    return QuietHours(**_values(_object(value, name), _READ_QUIET, "Quiet hours"))


def _same(value: Any) -> Any:
    return value


def _sorted(values: Iterable[Any]) -> list[Any]:
    return sorted(values)


def _in_hours(value: timedelta) -> float:
    return value / timedelta(hours=1)


_READ_QUIET: Mapping[str, Callable[[Any, str], Any]] = {
    "opens": _time,
    "closes": _time,
    "weekdays": _weekdays,
    "local_law": _truth,
    "holidays": _one_of("law", "closed"),
}
_READ: Mapping[str, Callable[[Any, str], Any]] = {
    "quiet_hours": _quiet,
    "cooldowns": _cooldowns,
    "any_channel_cooldown": _hours,
    "rule_cooldown": _hours,
    "manual_cooldown": _truth,
    "person_day_automatic": _number(0, MOST),
    "person_day": _number(0, MOST),
    "person_week": _number(0, MOST),
    "member_day": _number(0, MOST),
    "workspace_day": _number(0, MOST),
    "workspace_minute": _number(0, MOST),
    "fuse_factor": _number(1, 100, whole=False),
    "fuse_floor": _number(0, MOST),
    "consent_needed": _one_of("automatic", "always", "never"),
    "inquiry_days": _number(0, 3650),
    "consent_recheck_days": _number(1, 36500),
    "reply_pause_days": _number(0, 365),
    "paused": _one_of("none", "automatic", "all"),
    "paused_at": _instant,
    "paused_by": _text,
    "off": _off,
}
_WRITE: Mapping[str, Callable[[Any], Any]] = {
    "opens": lambda one: f"{one:%H:%M}",
    "closes": lambda one: f"{one:%H:%M}",
    "weekdays": _sorted,
    "cooldowns": lambda one: {channel: _in_hours(length) for channel, length in sorted(one.items())},
    "any_channel_cooldown": _in_hours,
    "rule_cooldown": _in_hours,
    "paused_at": lambda one: one and one.isoformat(),
    "off": _sorted,
}
