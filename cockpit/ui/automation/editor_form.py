"""The form in which a rule is written: every field in words, every mistake as a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, Final

import streamlit as st

from cockpit.automation.rule_spec import CHANNELS, LIFECYCLES, Conditions, RuleSpec, read_spec, written
from cockpit.errors import InvalidInput
from cockpit.hub.request import LONGEST_INSTRUCTION
from cockpit.ui.automation import sentences
from cockpit.ui.execution_words import title_of
from cockpit.ui.words import plain
from scoring.bands import NAMES, NO_DATA
from scoring.phrases import opening

LONGEST_TITLE: Final = 120
NO_CHANNEL: Final = "As the mapping says"
HOUR: Final = 3600
STEP: Final = 15
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BLANK: Final = RuleSpec("", (), "CALL_LEAD")


def fields(before: RuleSpec, key: str, signals: Mapping[str, str], actions: Sequence[str]) -> dict[str, Any]:
    """Draw the fields, filled with what the rule says; answers what is in them."""
    title = st.text_input("Name", before.title, max_chars=LONGEST_TITLE, key=f"title_{key}")
    left, right = st.columns(2)
    with left:
        known = sorted({*signals, *before.signal_types}, key=lambda one: sentences.signal_title(one, signals))
        types = st.multiselect(
            "When a person has one of these signals",
            known,
            list(before.signal_types),
            format_func=lambda one: sentences.signal_title(one, signals),
            key=f"signals_{key}",
        )
        channel = _channel(before, key)
    with right:
        every = list(dict.fromkeys([*actions, before.action_type]))
        action = st.selectbox("Then", every, every.index(before.action_type), format_func=title_of, key=f"action_{key}")
        instruction = st.text_area(
            "Instruction; empty: as the mapping of the action says",
            before.instruction or "",
            max_chars=LONGEST_INSTRUCTION,
            key=f"instruction_{key}",
            height=68,
        )
    return {
        "title": title,
        "signal_types": types,
        "action_type": action,
        "channel": channel,
        "instruction": instruction.strip() or None,
        **_conditions(before.conditions, key),
        **_limits(before, key),
        **_hours(before, key),
    }


def spec_from(given: Mapping[str, Any]) -> RuleSpec:
    """The rule that was written.

    Raises:
        InvalidInput: it is none, and why.
    """
    if not str(given["title"]).strip():
        raise InvalidInput("Give the rule a name.")
    if not given["signal_types"]:
        raise InvalidInput("Choose at least one signal that starts it.")
    hours = given["active_hours"]
    if hours is not None and not hours["weekdays"]:
        raise InvalidInput("Choose at least one day on which it is active.")
    if hours is not None and hours["opens"] == hours["closes"]:
        raise InvalidInput("It would never be active: the hours begin and end at the same time.")
    conditions = Conditions(
        tuple(given["bands"]),
        tuple(given["lifecycles"]),
        tuple(given["channels"]),
        _people(given["fields"]),
        given["oldest_minutes"],
    )
    plain_ones = ("title", "action_type", "channel", "instruction", "cooldown_s", "daily_max", "active_hours")
    said = {name: given[name] for name in (*plain_ones, "holdout_percent")}
    return read_spec(written(RuleSpec(signal_types=tuple(given["signal_types"]), conditions=conditions, **said)))


def _channel(before: RuleSpec, key: str) -> str | None:
    every = (NO_CHANNEL, *CHANNELS)
    chosen = st.selectbox(
        "By",
        every,
        every.index(before.channel) if before.channel in every else 0,
        format_func=lambda one: one if one == NO_CHANNEL else opening(sentences.CHANNELS[one]),
        key=f"channel_{key}",
    )
    return None if chosen == NO_CHANNEL else chosen


def _conditions(before: Conditions, key: str) -> dict[str, Any]:
    st.subheader("Only if", anchor=False)
    st.caption("What is left empty is no condition.")
    left, right = st.columns(2)
    with left:
        bands = st.multiselect(
            "The band is", [*NAMES, NO_DATA], list(before.bands), format_func=str.capitalize, key=f"bands_{key}"
        )
        lifecycles = st.multiselect(
            "The person is",
            LIFECYCLES,
            list(before.lifecycles),
            format_func=lambda one: opening(sentences.LIFECYCLES[one]),
            key=f"lifecycles_{key}",
        )
    with right:
        every = list(dict.fromkeys([*CHANNELS, *before.channels]))
        channels = st.multiselect(
            "The signal came by",
            every,
            list(before.channels),
            format_func=lambda one: opening(sentences.CHANNELS.get(one, one)),
            key=f"by_{key}",
        )
        oldest = st.number_input(
            "The signal is at most this many minutes old",
            1,
            525_600,
            before.oldest_minutes,
            key=f"oldest_{key}",
            help="Signals that arrive later than that are left alone",
        )
    said = "\n".join(f"{name} = {', '.join(values)}" for name, values in sorted(before.fields.items()))
    people = st.text_area(
        "Fields of the person, one to a line, like: city = Paris, Lyon", said, key=f"fields_{key}", height=68
    )
    told = {"bands": bands, "lifecycles": lifecycles, "channels": channels, "fields": people}
    return told | {"oldest_minutes": None if oldest is None else int(oldest)}


def _limits(before: RuleSpec, key: str) -> dict[str, Any]:
    st.subheader("How often", anchor=False)
    left, middle, right = st.columns(3)
    hours = None if before.cooldown_s is None else before.cooldown_s / HOUR
    with left:
        cooldown = st.number_input(
            "Hours between two to one person",
            0.0,
            8760.0,
            hours,
            step=1.0,
            format="%g",
            key=f"cooldown_{key}",
            help="Empty: as the guards of the workspace say",
        )
    with middle:
        most = st.number_input(
            "Most to one person in a day",
            0,
            1_000,
            before.daily_max,
            key=f"daily_{key}",
            help="Empty: as the guards say",
        )
    with right:
        alone = st.number_input(
            "Per cent left alone",
            0.0,
            50.0,
            before.holdout_percent,
            step=1.0,
            format="%g",
            key=f"holdout_{key}",
            help="Whom it never reaches, so that its effect can be measured; always the same people",
        )
    return {
        "cooldown_s": None if cooldown is None else round(float(cooldown) * HOUR),
        "daily_max": None if most is None else int(most),
        "holdout_percent": float(alone),
    }


def _hours(before: RuleSpec, key: str) -> dict[str, Any]:
    st.subheader("Active hours, on the clock of the person", anchor=False)
    hours = before.active_hours or {}
    own = st.checkbox("It has hours of its own, within the quiet hours", bool(hours), key=f"own_hours_{key}")
    with st.container(horizontal=True):
        opens = _time("From", f"opens_{key}", hours.get("opens", "09:00"))
        closes = _time("Until", f"closes_{key}", hours.get("closes", "18:00"))
        days = st.multiselect("On", DAYS, [DAYS[day] for day in hours.get("weekdays", range(7))], key=f"days_{key}")
    if not own:
        return {"active_hours": None}
    return {"active_hours": {"opens": opens, "closes": closes, "weekdays": [DAYS.index(day) for day in days]}}


def _time(title: str, key: str, value: str) -> str:
    shown = sorted({value, *(f"{time(m // 60, m % 60):%H:%M}" for m in range(0, 24 * 60, STEP))})
    return st.selectbox(title, shown, shown.index(value), key=key) or value


def _people(text: str) -> dict[str, tuple[str, ...]]:
    """The conditions on fields of people.

    Raises:
        InvalidInput: a line is none.
    """
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, equals, values = line.partition("=")
        words = tuple(one.strip() for one in values.split(",") if one.strip())
        if not equals or not name.strip() or not words:
            raise InvalidInput(f"A field reads like city = Paris, Lyon, not like {plain(line)[:60]}.")
        if name.strip() in found:
            raise InvalidInput(f"The field {plain(name.strip())[:60]} is named twice: put its values into one line.")
        found[name.strip()] = words
    return found
