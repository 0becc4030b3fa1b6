"""What a rule says, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, Literal

from cockpit.automation.rule_spec import RuleSpec
from cockpit.ui.execution_words import title_of
from cockpit.ui.words import plain
from scoring.phrases import name_of, opening, span

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CHANNELS: Final[Mapping[str, str]] = {"phone": "phone", "sms": "SMS", "whatsapp": "WhatsApp", "email": "e-mail"}
LIFECYCLES: Final[Mapping[str, str]] = {
    "lead": "leads",
    "mql": "marketing qualified",
    "sql": "sales qualified",
    "customer": "customers",
    "lost": "lost",
}
Colour = Literal["gray", "blue", "green", "red"]
STATES: Final[Mapping[str, tuple[Colour, str]]] = {  # colour, what it means
    "DRAFT": ("gray", "It was never switched on."),
    "OFF": ("gray", "It does nothing."),
    "ENABLED": ("blue", "It suggests; somebody clicks."),
    "AUTO-RUN": ("green", "It acts by itself."),
    "PAUSED": ("red", "It begins nothing new."),
}


def signals_of(spec: RuleSpec, titles: Mapping[str, str]) -> str:
    """The signals that start it."""
    return " or ".join(signal_title(name, titles) for name in spec.signal_types)


def signal_title(name: str, titles: Mapping[str, str]) -> str:
    """What a signal is called."""
    return opening(name_of(name, titles))


def lines_of(spec: RuleSpec, titles: Mapping[str, str]) -> dict[str, str]:
    """All that a rule says, line by line; what it leaves to others says whose."""
    said = spec.conditions
    fields = "; ".join(f"{name} is {_listed(values)}" for name, values in sorted(said.fields.items()))
    oldest = "" if said.oldest_minutes is None else f"At most {span(timedelta(minutes=said.oldest_minutes))} old"
    return {
        "Name": spec.title,
        "When": signals_of(spec, titles),
        "Then": title_of(spec.action_type),
        "Only these bands": _listed(said.bands) or "All",
        "Only these lifecycles": _listed([LIFECYCLES.get(one, one) for one in said.lifecycles]) or "All",
        "Only signals by": _listed([CHANNELS.get(one, one) for one in said.channels]) or "Every channel",
        "Only people whose": fields or "No condition",
        "Signal": oldest or "Of any age",
        "Channel": CHANNELS.get(spec.channel or "", spec.channel or "") or "As the mapping of the action says",
        "Instruction": spec.instruction or "As the mapping of the action says",
        "Between two to one lead": cooldown_words(spec) or "As the guards of the workspace say",
        "Most to one lead in a day": "As the guards say" if spec.daily_max is None else str(spec.daily_max),
        "Active hours": hours_words(spec) or "As the quiet hours allow",
        "Left alone to compare": f"{spec.holdout_percent:g} %",
    }


def short(spec: RuleSpec, titles: Mapping[str, str]) -> str:
    """The rule in one sentence."""
    said = spec.conditions
    of = [_listed(said.bands), _listed([LIFECYCLES.get(one, one) for one in said.lifecycles])]
    of += [f"{name} {_listed(values)}" for name, values in sorted(said.fields.items())]
    parts = [f"only {', '.join(one for one in of if one)}" if any(of) else "", cooldown_words(spec)]
    parts.append("" if spec.daily_max is None else f"at most {spec.daily_max} a day for each lead")
    parts.append(hours_words(spec))
    parts.append(f"leaves {spec.holdout_percent:g} % alone" if spec.holdout_percent else "leaves nobody alone")
    by = f" by {CHANNELS.get(spec.channel, spec.channel)}" if spec.channel else ""
    rest = "".join(f", {one}" for one in parts if one)
    return plain(f"When {signals_of(spec, titles)} → {title_of(spec.action_type)}{by}{rest}.")


def cooldown_words(spec: RuleSpec) -> str:
    """How long it waits between two outreaches to one person."""
    if spec.cooldown_s is None:
        return ""
    return f"waits {span(timedelta(seconds=spec.cooldown_s))}" if spec.cooldown_s else "waits for nothing"


def hours_words(spec: RuleSpec) -> str:
    """Its own hours, on the clock of the person."""
    hours = spec.active_hours
    if not hours:
        return ""
    days = list(hours.get("weekdays", range(7)))
    when = "" if len(days) == len(DAYS) else f" {', '.join(DAYS[day] for day in days)}"
    return f"{hours['opens']} to {hours['closes']}{when}"


def _listed(words: Sequence[str]) -> str:
    return " or ".join(words)


def counted(count: int, one: str, many: str) -> str:
    """A number with its word."""
    return f"{count:,} {one if count == 1 else many}"
