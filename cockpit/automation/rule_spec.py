"""What a rule says: when which signal of whom leads to what; as JSON in versions, as columns in the rule.

read_spec(data) -> RuleSpec                raises InvalidInput with a sentence for whoever wrote it
written(spec) -> dict                      what `read_spec` reads back
spec_of(rule) -> RuleSpec                  of a stored rule
columns_of(spec) -> dict                   what a stored rule becomes
facts_of(rule_key, spec, ...) -> RuleFacts
state_of(rule) -> str                      DRAFT | OFF | ENABLED | AUTO-RUN | PAUSED
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Final

from cockpit.automation.judging import active_hours
from cockpit.errors import InvalidInput
from cockpit.storage.rule_versions import StoredRule
from scoring.bands import NAMES, NO_DATA
from scoring.guards.facts import RuleFacts

HOLDOUT_PERCENT: Final = 5.0
MOST_HOURS: Final = 24 * 365
CHANNELS: Final = ("phone", "sms", "whatsapp", "email")
LIFECYCLES: Final = ("lead", "mql", "sql", "customer", "lost")


@dataclass(frozen=True, slots=True)
class Conditions:
    """Whom a rule is about; what is empty is no condition."""

    bands: tuple[str, ...] = ()
    lifecycles: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()  # of the signal
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of the person's profile
    oldest_minutes: int | None = None  # a signal that came later than this after it happened is left alone


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """One version of a rule."""

    title: str
    signal_types: tuple[str, ...]
    action_type: str
    conditions: Conditions = Conditions()
    channel: str | None = None  # these two: None is what the mapping of the action says
    instruction: str | None = None
    cooldown_s: int | None = None  # None: as the guards of the workspace say
    daily_max: int | None = None  # per lead
    active_hours: Mapping[str, Any] | None = None  # opens, closes, weekdays: on the person's clock
    holdout_percent: float = HOLDOUT_PERCENT


def read_spec(data: Any) -> RuleSpec:
    """A rule from JSON.

    Raises:
        InvalidInput: a name or a value is none.
    """
    given = _known(data, _READ, "A rule")
    missing = [name for name in ("title", "signal_types", "action_type") if not given.get(name)]
    if missing:
        raise InvalidInput(f"A rule needs {missing[0]}.")
    return RuleSpec(**{name: _READ[name](value, name) for name, value in given.items() if value is not None})


def read_conditions(data: Any) -> Conditions:
    """Conditions from JSON.

    Raises:
        InvalidInput: a name or a value is none.
    """
    given = _known(data, _CONDITIONS, "Conditions")
    return Conditions(**{name: _CONDITIONS[name](value, name) for name, value in given.items() if value is not None})


def written(spec: RuleSpec) -> dict[str, Any]:
    """The rule as JSON, without what is as by default."""
    plain = {name: getattr(spec, name) for name in ("title", "action_type", "channel", "instruction", "cooldown_s")}
    plain |= {"daily_max": spec.daily_max, "holdout_percent": spec.holdout_percent}
    plain |= {"signal_types": list(spec.signal_types), "conditions": written_conditions(spec.conditions) or None}
    plain |= {"active_hours": spec.active_hours and dict(spec.active_hours)}
    return {name: value for name, value in plain.items() if value is not None}


def written_conditions(conditions: Conditions) -> dict[str, Any]:
    """Conditions as JSON."""
    lists: dict[str, Any] = {name: list(getattr(conditions, name)) for name in ("bands", "lifecycles", "channels")}
    lists["fields"] = {name: list(values) for name, values in sorted(conditions.fields.items())}
    lists["oldest_minutes"] = conditions.oldest_minutes
    return {name: value for name, value in lists.items() if value}


def spec_of(rule: StoredRule) -> RuleSpec:
    """What a stored rule says.

    Raises:
        InvalidInput: it cannot be read, and so it must not act.
    """
    conditions = dict(rule.conditions or {})
    conditions.pop("signal_types", None)
    plain = ("title", "action_type", "channel", "instruction", "cooldown_s", "daily_max", "active_hours")
    types = list(rule.signal_types)
    said = {name: getattr(rule, name) for name in (*plain, "holdout_percent")}
    return read_spec(said | {"signal_types": types, "conditions": conditions})


def columns_of(spec: RuleSpec) -> dict[str, Any]:
    """What a stored rule becomes with this version."""
    plain = ("title", "action_type", "channel", "instruction", "cooldown_s", "daily_max", "holdout_percent")
    conditions = written_conditions(spec.conditions)
    if len(spec.signal_types) > 1:
        conditions["signal_types"] = list(spec.signal_types)
    columns: dict[str, Any] = {name: getattr(spec, name) for name in plain}
    hours = dict(spec.active_hours) if spec.active_hours else None
    return columns | {"signal_type": spec.signal_types[0], "conditions": conditions, "active_hours": hours}


def facts_of(rule_key: str, spec: RuleSpec, *, enabled_at: datetime, rehearsed_rate: float) -> RuleFacts:
    """The rule as guards would see it if it acted since an instant."""
    return RuleFacts(
        rule_key,
        enabled=True,
        enabled_at=enabled_at,
        cooldown=None if spec.cooldown_s is None else timedelta(seconds=spec.cooldown_s),
        daily_max=spec.daily_max,
        active_hours=active_hours(spec.active_hours),
        rehearsed_rate=rehearsed_rate,
    )


def state_of(rule: StoredRule) -> str:
    """A rule's state in one word, as its card shows it."""
    if rule.status != "ACTIVE" or not rule.enabled:
        return "DRAFT" if rule.status != "ACTIVE" else "OFF"
    if rule.paused_at is not None:
        return "PAUSED"
    return "AUTO-RUN" if rule.auto_execute else "ENABLED"


def _known(data: Any, names: Mapping[str, Any], what: str) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise InvalidInput(f"{what} must be an object.")
    unknown = sorted(set(data) - set(names))
    if unknown:
        raise InvalidInput(f"{what} cannot say {str(unknown[0])[:40]}.")
    return dict(data)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 2_000:
        raise InvalidInput(f"{name} must be a text of at most 2,000 letters.")
    return value


def _texts(*words: str) -> Callable[[Any, str], tuple[str, ...]]:
    def read(value: Any, name: str) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) and one for one in value):
            raise InvalidInput(f"{name} must be a list of words.")
        if words and not set(value) <= set(words):
            raise InvalidInput(f"{name} can only be {', '.join(words)}.")
        return tuple(dict.fromkeys(value))

    return read


def _whole(most: int) -> Callable[[Any, str], int]:
    def read(value: Any, name: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise InvalidInput(f"{name} must be a whole number up to {most:,}.")
        return value

    return read


def _percent(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 50:
        raise InvalidInput(f"{name} must be a number from 0 to 50.")
    return float(value)


def _channel(value: Any, name: str) -> str:
    if value not in CHANNELS:
        raise InvalidInput(f"{name} must be one of {', '.join(CHANNELS)}.")
    return str(value)


def _fields(value: Any, name: str) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{name} must say which values a field may have.")
    return {str(key): _texts()(values, f"{name}.{key}") for key, values in value.items()}


def _hours(value: Any, name: str) -> Mapping[str, Any]:
    given = _known(value, dict.fromkeys(("opens", "closes", "weekdays")), name)
    try:
        opens, closes = (time.fromisoformat(given[one]) for one in ("opens", "closes"))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"{name} need opens and closes such as 09:00 and 18:00.") from error
    days = given.get("weekdays", list(range(7)))
    if not isinstance(days, list) or not days or not all(type(day) is int and 0 <= day <= 6 for day in days):
        raise InvalidInput(f"{name} need at least one weekday, from 0 (Monday) to 6.")
    return {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}", "weekdays": sorted(set(days))}


_CONDITIONS: Mapping[str, Callable[[Any, str], Any]] = {
    "bands": _texts(*NAMES, NO_DATA),
    "lifecycles": _texts(*LIFECYCLES),
    "channels": _texts(),
    "fields": _fields,
    "oldest_minutes": _whole(MOST_HOURS * 60),
}
_READ: Mapping[str, Callable[[Any, str], Any]] = {
    "title": _text,
    "signal_types": _texts(),
    "action_type": _text,
    "conditions": lambda value, _: read_conditions(value),
    "channel": _channel,
    "instruction": _text,
    "cooldown_s": _whole(MOST_HOURS * 3600),
    "daily_max": _whole(1_000),
    "active_hours": _hours,
    "holdout_percent": _percent,
}
