"""Settings of the guards: when, how often and with whose consent anything may leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import streamlit as st

from cockpit.automation.guard_settings import guards_of, set_guards
from cockpit.model.roles import Permission
from cockpit.ui.changes import attempt, now_of, only_looks, say_done
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.frame import Visit
from scoring.guards.policy import GuardPolicy, QuietHours
from scoring.guards.policy_json import ALWAYS_ON
from scoring.guards.registry import GUARDS

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOLIDAYS = {"law": "Closed where the law says so", "closed": "Closed on every public holiday of the place"}
CONSENT = {
    "automatic": "For what goes out by itself",
    "always": "For clicks as well",
    "never": "Only where the law asks for opting in",
}
CHANNELS = {"phone": "Calls", "sms": "SMS", "whatsapp": "WhatsApp", "email": "E-mail"}
COUNTS = {
    "person_day": "To one person in 24 hours",
    "person_week": "To one person in 7 days",
    "person_day_automatic": "Of these by themselves, in 24 hours",
    "member_day": "By one member in 24 hours",
    "workspace_day": "By themselves in 24 hours, in all",
    "workspace_minute": "By themselves in a minute, in all",
}
STEP = 15  # minutes
HOUR = timedelta(hours=1)


def show(visit: Visit) -> None:
    """Draw the settings of the guards."""
    st.header("Guards", anchor=False)
    say_done()
    policy = guards_of(visit.workspace)
    st.caption("Every guard is asked when something is to leave, and again at the moment it does.")
    if policy.paused == "all" and policy.paused_by:
        st.error("The stored settings cannot be read, so nothing leaves. Save them anew.", icon=":material/block:")
        policy = GuardPolicy()
    listing.table("guards", "What is checked", [_row(key, policy) for key in GUARDS])
    if only_looks(visit, visit.may(Permission.MANAGE_RULES)):
        return
    _form(visit, policy)


def _row(key: str, policy: GuardPolicy) -> Mapping[str, Cell]:
    """A guard, what it does and how it is set."""
    guard, off = GUARDS[key], key in policy.off and key not in ALWAYS_ON
    return {
        "Guard": Cell(guard.title),
        "What it does": Cell(guard.description),
        "Setting": Cell("Switched off" if off else setting(key, policy)),
    }


def setting(key: str, policy: GuardPolicy) -> str:
    """How a guard is set, in words."""
    quiet, hours = policy.quiet_hours, {name: length / HOUR for name, length in policy.cooldowns.items()}
    channels = ", ".join(f"{CHANNELS.get(name, name)} {length:g} h" for name, length in sorted(hours.items()))
    any_channel, rule = policy.any_channel_cooldown / HOUR, policy.rule_cooldown / HOUR
    automatic = policy.person_day_automatic
    told = {
        "quiet_hours": f"{quiet.opens:%H:%M} to {quiet.closes:%H:%M}, {_days(quiet)}",
        "consent": CONSENT[policy.consent_needed],
        "reply_since": f"And {policy.reply_pause_days} days after an answer to an automatic message",
        "cooldown": f"{channels}; any channel {any_channel:g} h; one rule {rule:g} h",
        "person_cap": f"{policy.person_day} in 24 h ({automatic} automatic), {policy.person_week} in 7 d",
        "member_cap": f"{policy.member_day} in 24 h",
        "workspace_cap": f"{policy.workspace_day} in 24 h, {policy.workspace_minute} in a minute",
        "fuse": f"Above {policy.fuse_factor:g} times what was rehearsed, from {policy.fuse_floor} people on",
    }
    return told.get(key, "On")


def _days(quiet: QuietHours) -> str:
    if len(quiet.weekdays) == len(DAYS):
        return "every day"
    return ", ".join(DAYS[day][:3] for day in sorted(quiet.weekdays))


def _form(visit: Visit, policy: GuardPolicy) -> None:
    with st.form("guards"):
        quiet = _quiet_hours(policy.quiet_hours)
        limits = _limits(policy)
        chosen = _consent_and_switches(policy)
        if st.form_submit_button("Save", key="save_guards", type="primary"):
            new = replace(policy, quiet_hours=quiet, **limits, **chosen)
            attempt(
                lambda: set_guards(visit.cockpit.db, visit.viewer, new, now=now_of(visit)),
                "The guards are saved. What waits is judged by them when it is to leave.",
            )


def _quiet_hours(quiet: QuietHours) -> QuietHours:
    st.subheader("Hours, on the clock of the person", anchor=False)
    opens = _time("From", "guard_opens", quiet.opens)
    closes = _time("Until", "guard_closes", quiet.closes, help="Earlier than from: over midnight")
    days = st.multiselect("Days", DAYS, [DAYS[day] for day in sorted(quiet.weekdays)], key="guard_days")
    law = st.checkbox(
        "The hours by law of the person's country and state hold as well", quiet.local_law, key="guard_law"
    )
    closed = st.radio(
        "Public holidays", list(HOLIDAYS), index=list(HOLIDAYS).index(quiet.holidays), format_func=HOLIDAYS.__getitem__
    )
    weekdays = frozenset(DAYS.index(day) for day in days)
    return QuietHours(opens, closes, weekdays, law, "closed" if closed == "closed" else "law")


def _limits(policy: GuardPolicy) -> dict[str, Any]:
    st.subheader("How often", anchor=False)
    counts = {name: _count(title, name, getattr(policy, name)) for name, title in COUNTS.items()}
    st.subheader("Hours between two", anchor=False)
    cooldowns = {
        channel: _length(title, channel, policy.cooldowns.get(channel, timedelta()))
        for channel, title in CHANNELS.items()
    }
    return {
        **counts,
        "cooldowns": cooldowns,
        "any_channel_cooldown": _length("On any channel", "any", policy.any_channel_cooldown),
        "rule_cooldown": _length("By one rule, unless it says otherwise", "rule", policy.rule_cooldown),
    }


def _consent_and_switches(policy: GuardPolicy) -> dict[str, Any]:
    st.subheader("Consent and switches", anchor=False)
    consent = st.radio(
        "Consent on record is needed",
        list(CONSENT),
        index=list(CONSENT).index(policy.consent_needed),
        format_func=CONSENT.__getitem__,
    )
    switchable = [key for key in GUARDS if key not in ALWAYS_ON]
    off = st.multiselect(
        "Switched off",
        switchable,
        sorted(policy.off & set(switchable)),
        format_func=lambda key: GUARDS[key].title,
        key="guard_off",
        help="Do not contact, reachable, pause and only new signals are always on.",
    )
    return {"consent_needed": consent or "automatic", "off": frozenset(off)}


def _count(title: str, name: str, value: int) -> int:
    return int(st.number_input(title, 0, 1_000_000, value, key=f"guard_{name}"))


def _length(title: str, name: str, value: timedelta) -> timedelta:
    hours = st.number_input(title, 0.0, 8760.0, value / HOUR, step=1.0, format="%g", key=f"guard_cooldown_{name}")
    return float(hours) * HOUR


def _time(title: str, key: str, value: time, **more: str) -> time:
    """A quarter of an hour of the day; a stored time between two of them stays."""
    times = sorted({value, *(time(minutes // 60, minutes % 60) for minutes in range(0, 24 * 60, STEP))})
    shown = [f"{one:%H:%M}" for one in times]
    chosen = st.selectbox(title, shown, index=times.index(value), key=key, help=more.get("help"))
    return time.fromisoformat(chosen or f"{value:%H:%M}")
