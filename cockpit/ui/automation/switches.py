"""Enabled and Auto-run: switches that act at once and can be taken back; before a rule acts by itself, it asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from cockpit.automation import rule_changes
from cockpit.automation.guard_settings import guards_of
from cockpit.automation.rehearsal_runs import list_rehearsals
from cockpit.automation.rule_spec import read_spec, spec_of
from cockpit.errors import CockpitError
from cockpit.model.viewer import Viewer
from cockpit.storage.action_mappings import find_action_mapping
from cockpit.storage.database import Database
from cockpit.storage.rehearsal_runs import DONE, Run
from cockpit.storage.rule_versions import StoredRule, get_stored_rule
from cockpit.ui import reads
from cockpit.ui.automation import changes_bar
from cockpit.ui.automation.changes_bar import Back
from cockpit.ui.automation.sentences import counted
from cockpit.ui.automation.tabs import REHEARSAL, go, may_change
from cockpit.ui.frame import Visit
from cockpit.ui.settings_guards import setting
from cockpit.ui.words import instant_words, plain, safe_text

ASKED: Final = "ask_auto_run"
TYPED_FROM: Final = 50  # people: above, the key of the rule has to be typed


def show(visit: Visit, rule: StoredRule) -> None:
    """Draw both, as they are stored; whoever may not change them sees them off limits."""
    fixed, enabled, auto = not may_change(visit), _key("enabled", rule), _key("auto", rule)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.toggle(
            "Enabled",
            rule.enabled,
            key=enabled,
            disabled=fixed,
            on_change=_enable,
            args=(visit, rule),
            help="It suggests what it would do" if not fixed else "Only admins switch rules",
        )
        st.toggle(
            "Auto-run",
            rule.auto_execute,
            key=auto,
            disabled=fixed or not rule.enabled,
            on_change=_auto_run,
            args=(visit, rule),
            help="It acts without a click" if rule.enabled else "Enable it first",
        )


def dialogs(visit: Visit) -> None:
    """Ask before a rule acts by itself, where somebody has just wished it."""
    asked = st.session_state.get(ASKED)  # kept until it is answered: the undo bar draws the page anew meanwhile
    if asked is None or not may_change(visit):
        return
    with visit.read() as conn:
        rule = get_stored_rule(conn, visit.workspace_id, asked)
    _ask(visit, rule)


def _enable(visit: Visit, rule: StoredRule) -> None:
    on = bool(st.session_state[_key("enabled", rule)])
    changes_bar.next_turn()
    _switch(visit, rule, f"{plain(rule.title)} is switched {'on' if on else 'off'}", enabled=on)


def _auto_run(visit: Visit, rule: StoredRule) -> None:
    on = bool(st.session_state[_key("auto", rule)])
    changes_bar.next_turn()
    if on:
        st.session_state[ASKED] = rule.rule_key
    else:
        _switch(visit, rule, f"{plain(rule.title)} acts no more by itself", auto_execute=False)


def _switch(visit: Visit, rule: StoredRule, sentence: str, **switches: bool) -> bool:
    def change(now: datetime) -> Back:
        rule_changes.switch(visit.cockpit.db, visit.viewer, rule.rule_key, now, **switches)
        return lambda db, viewer, later: _back(db, viewer, rule, later)

    return changes_bar.attempt(visit, change, sentence)


def _back(db: Database, viewer: Viewer, before: StoredRule, now: datetime) -> None:
    switches = {"enabled": before.enabled, "auto_execute": before.auto_execute}
    rule_changes.switch(db, viewer, before.rule_key, now, **switches)


def _forget() -> None:
    st.session_state.pop(ASKED, None)
    changes_bar.next_turn()


def _key(switch: str, rule: StoredRule) -> str:
    """Another one whenever the rule is switched."""
    return f"{switch}_{rule.rule_key}_{rule.enabled:d}{rule.auto_execute:d}_{changes_bar.turn()}"


@st.dialog("Let it act by itself?", width="medium", on_dismiss=_forget)
def _ask(visit: Visit, rule: StoredRule) -> None:
    """What would go out, to how many, when; and only then yes."""
    st.markdown(f"**{safe_text(rule.title)}** would send without a click, from now on.")
    if rule.rehearsed_rate is None:
        st.warning("Rehearse it first: its fuse needs to know how many people it reaches.", icon=":material/science:")
        if st.button("To the rehearsal", key="to_rehearsal", type="primary", on_click=_to_rehearsal, args=(rule,)):
            st.rerun()
        return
    most = _told(visit, rule, rule.rehearsed_rate)
    typed = True
    if most > TYPED_FROM:
        word = st.text_input(f"It reaches more than {TYPED_FROM} people: type {plain(rule.rule_key)}", key="auto_typed")
        typed = word.strip() == rule.rule_key
    given = (visit, rule)
    if st.button("Let it act by itself", key="auto_yes", type="primary", disabled=not typed, on_click=_yes, args=given):
        st.rerun()


def _to_rehearsal(rule: StoredRule) -> None:
    _forget()
    go(REHEARSAL, rule.rule_key)


def _yes(visit: Visit, rule: StoredRule) -> None:
    _forget()
    _switch(visit, rule, f"{plain(rule.title)} acts by itself", auto_execute=True)


def _told(visit: Visit, rule: StoredRule, rate: float) -> float:
    """Draw the numbers; answers how many people it may reach in a day."""
    now_it_would = reads.outlook(visit, rule.rule_key)
    lines = [f"In the busiest 24 hours of its rehearsal it reached **{rate:g}** people."]
    run = last_rehearsal(visit, rule)
    if run is not None and run.result:
        found, hour = run.result, run.result.get("busiest_hour")
        reached = f"{counted(found['people'], 'person', 'people')}, {counted(found['outreaches'], 'time', 'times')}"
        lines.append(f"In {run.days} days it would have reached {reached}.")
        if hour:
            begins = datetime.fromisoformat(hour["begins"]).astimezone(UTC)
            at = safe_text(instant_words(begins, visit.workspace.time_zone))
            lines.append(f"The busiest hour began {at}, with {counted(hour['count'], 'outreach', 'outreaches')}.")
    if now_it_would is not None:
        lines.append(f"Now it would act on {now_it_would.would_act_text}, and {now_it_would.blocked:,} are blocked.")
    lines.append(f"Hours: {safe_text(setting('quiet_hours', guards_of(visit.workspace)))}, where the person is.")
    policy = guards_of(visit.workspace)
    lines.append(f"Above {policy.fuse_factor:g} times that rate it pauses itself.")
    st.markdown("\n".join(f"- {line}" for line in lines))
    st.markdown("**It says**")
    st.text(_message(visit, rule))
    return max(rate, float(now_it_would.would_act if now_it_would else 0))


def last_rehearsal(visit: Visit, rule: StoredRule) -> Run | None:
    """The newest rehearsal of what the rule says now; behind the wall there is none."""
    try:
        said = spec_of(rule)
        with visit.read() as conn:
            found = list_rehearsals(conn, visit.viewer, rule.rule_key)
        return next((run for run in found if run.state == DONE and read_spec(run.spec) == said), None)
    except CockpitError:
        return None


def _message(visit: Visit, rule: StoredRule) -> str:
    """What the Hub is told to say."""
    with visit.read() as conn:
        mapping = find_action_mapping(conn, visit.workspace_id, rule.action_type)
    said = rule.instruction or (mapping.instruction if mapping else "")
    return plain(said) or "Nothing: the action has no instruction."
