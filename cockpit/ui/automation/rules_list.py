"""The rules, one card each: what it says, whether it is on, what it would do now, what it did last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from cockpit.automation.names import seen_names
from cockpit.automation.rehearsal_runs import RULE as AS_IT_IS
from cockpit.automation.rehearsal_runs import ask
from cockpit.automation.rule_changes import DRAFT
from cockpit.automation.rule_spec import spec_of, state_of
from cockpit.errors import CockpitError, InvalidInput
from cockpit.model.panel import RuleOutlook
from cockpit.storage.attempts import BLOCKED, RESERVED, About, list_attempts
from cockpit.storage.rule_report import count_executions
from cockpit.storage.rule_versions import RuleVersion, StoredRule, list_rule_versions
from cockpit.ui import reads
from cockpit.ui.automation import levers, switches
from cockpit.ui.automation.sentences import STATES, counted, short
from cockpit.ui.automation.tabs import EDITOR, NEW, REHEARSAL, REPORT, empty, go, may_change, rules
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.execution_words import standing_of
from cockpit.ui.frame import Visit
from cockpit.ui.words import age, instant_words, plain, safe_text

LAST_RUNS: Final = 5
AT_ONCE: Final = 25
MONTH: Final = timedelta(days=30)


def show(visit: Visit) -> None:
    """Draw the cards."""
    found = rules(visit)
    if may_change(visit):
        st.button("New rule", key="new_rule", icon=":material/add:", on_click=go, args=(EDITOR, NEW))
    if not found:
        empty(visit)
        return
    titles = reads.titles(visit)
    everything = st.session_state.get("all_rules", False)
    for rule in found if everything else found[:AT_ONCE]:
        _card(visit, rule, titles)
    if not everything and len(found) > AT_ONCE:
        st.button(f"Show all {len(found)} rules", key="all_rules_button", on_click=_all)


def _all() -> None:
    st.session_state["all_rules"] = True


def _card(visit: Visit, rule: StoredRule, titles: Mapping[str, str]) -> None:
    with visit.read() as conn:
        versions = list_rule_versions(conn, visit.workspace_id, rule.rule_key)
    draft = next((one for one in versions if one.status == DRAFT), None)
    with st.container(border=True, key=f"rule_{rule.rule_key}"):
        _head(rule, draft)
        try:
            st.markdown(safe_text(short(spec_of(rule), titles)))
        except InvalidInput as error:
            st.error(safe_text(f"It cannot be read, so it does nothing: {error.message}"))
        if rule.paused_at is not None:
            _paused(visit, rule, rule.paused_at)
        switches.show(visit, rule)
        _numbers(visit, rule)
        _buttons(visit, rule, draft)
        _last_runs(visit, rule)


def _head(rule: StoredRule, draft: RuleVersion | None) -> None:
    state = state_of(rule)
    colour, means = STATES[state]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(safe_text(rule.title), anchor=False, width="content")
        st.badge(state, color=colour, help=means)
        if draft is not None:
            st.badge("Edited: a draft waits", color="violet")


def _paused(visit: Visit, rule: StoredRule, since: datetime) -> None:
    said = f"Since {instant_words(since, visit.workspace.time_zone)} it begins nothing new"
    st.error(safe_text(f"{said}: {rule.paused_why or 'somebody stopped it'}"), icon=":material/pause_circle:")
    if may_change(visit):
        levers.go_on(visit, rule, key=f"go_on_here_{rule.rule_key}")


def _numbers(visit: Visit, rule: StoredRule) -> None:
    """What it would do, and what it did."""
    with visit.read() as conn:
        since, scope = visit.now - MONTH, visit.viewer.scope
        found = count_executions(conn, visit.workspace_id, rule.rule_key, since=since, scope=scope)
    blocked = sum(one.count for one in found if one.state == BLOCKED)
    sent = sum(one.count for one in found if one.state in ("ACCEPTED", "COMPLETED", "SENDING", "UNKNOWN"))
    waits = sum(one.count for one in found if one.state == RESERVED)
    did = f"{sent:,} sent, {blocked:,} blocked{f', {waits:,} wait' if waits else ''}"
    rate = rule.rehearsed_rate
    most = "not rehearsed yet" if rate is None else f"at most {counted(int(rate), 'person', 'people')} in 24 h"
    facts = {"Now it would act on": _now(reads.outlook(visit, rule.rule_key)), "In 30 days": did, "Rehearsal": most}
    st.caption(safe_text(" · ".join(f"{name}: {value}" for name, value in facts.items())))


def _now(outlook: RuleOutlook | None) -> str:
    if outlook is None:
        return "no data"
    why = "; ".join(f"{reason}: {count}" for reason, count in outlook.blocked_reasons.items())
    blocked = f" ({outlook.blocked:,} blocked: {why})" if outlook.blocked else ""
    return f"{outlook.would_act_text}{blocked}"


def _buttons(visit: Visit, rule: StoredRule, draft: RuleVersion | None) -> None:
    key = rule.rule_key
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if may_change(visit):
            st.button("Edit", key=f"edit_{key}", icon=":material/edit:", on_click=go, args=(EDITOR, key))
            if visit.viewer.scope is None:
                what = DRAFT if draft is not None else AS_IT_IS
                st.button(
                    "Rehearse the draft" if draft is not None else "Rehearse",
                    key=f"rehearse_{key}",
                    icon=":material/science:",
                    on_click=rehearse_and_go,
                    args=(visit, key, what),
                    help="What it would have done in the last 90 days; nothing is sent",
                )
        st.button("Report", key=f"report_{key}", icon=":material/monitoring:", on_click=go, args=(REPORT, key))
        if may_change(visit):
            levers.of_rule(visit, rule)


def rehearse_and_go(visit: Visit, rule_key: str, what: str) -> None:
    """Ask for a rehearsal, compared with the rule as it is where it is another, and show it."""
    against = None if what == AS_IT_IS else AS_IT_IS
    try:
        ask(visit.cockpit.db, visit.viewer, rule_key, datetime.now(UTC), what=what, against=against)
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:", duration=8)
    go(REHEARSAL, rule_key)


def _last_runs(visit: Visit, rule: StoredRule) -> None:
    opened = st.expander(f"Last {LAST_RUNS} executions", key=f"last_{rule.rule_key}", on_change="rerun")
    if not opened.open:
        return
    with visit.read() as conn:
        about = About(rule_key=rule.rule_key)
        found = list_attempts(conn, visit.workspace_id, about, scope=visit.viewer.scope, limit=LAST_RUNS)
        names = seen_names(conn, visit.viewer, [one.person_id for one in found])
    with opened:
        if not found:
            st.markdown(":gray[It has begun nothing yet.]")
            return
        lines = [
            {
                "Person": Cell(
                    plain(names.get(one.person_id, "?")), listing.address("/person", visit.link(id=str(one.person_id)))
                ),
                "When": Cell(age(one.created_at, visit.now)),
                "What became of it": Cell(standing_of(one, visit.now, visit.workspace.time_zone).line),
            }
            for one in found
        ]
        listing.table(f"last_{rule.rule_key}", "The newest first", lines)
