"""Rehearsals: asked for here, done by a worker, followed here, cancelled here; the page may be closed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import streamlit as st

from cockpit.automation import rehearsal_runs
from cockpit.automation.rehearsal_runs import RULE as AS_IT_IS
from cockpit.automation.rule_changes import DRAFT
from cockpit.errors import CockpitError
from cockpit.storage.rehearsal_runs import CANCELLED, DONE, FAILED, OPEN, WAITING, Run
from cockpit.storage.rule_versions import StoredRule, list_rule_versions
from cockpit.ui.automation import rehearsal_result
from cockpit.ui.automation.tabs import chosen, may_change, rules
from cockpit.ui.frame import Visit
from cockpit.ui.words import age, safe_text

DAYS: Final = (7, 30, 90, 180)
NOTHING: Final = "Nothing"
WORDS: Final = {AS_IT_IS: "The rule as it is", DRAFT: "The draft"}


def show(visit: Visit) -> None:
    """Draw the form, what is under way, and what came of it."""
    if visit.viewer.scope is not None:
        st.markdown("A rehearsal looks at everybody: behind the person wall there is none.")
        return
    rule = chosen(visit, rules(visit))
    if rule is None:
        return
    st.caption(
        "A rehearsal plays the rule through past days, with the guards, the model and the signals of each instant. "
        "It has no way to send."
    )
    with visit.read() as conn:
        runs = rehearsal_runs.list_rehearsals(conn, visit.viewer, rule.rule_key)
        versions = list_rule_versions(conn, visit.workspace_id, rule.rule_key)
    if may_change(visit):
        has_draft = any(one.status == DRAFT for one in versions)
        whats = [AS_IT_IS, *([DRAFT] if has_draft else []), *(f"version {one.version}" for one in versions)]
        _form(visit, rule, whats)
    else:
        st.caption("Only admins start one.")
    if not runs:
        st.markdown(":gray[It was never rehearsed.]")
        return
    _run(visit, _picked(visit, runs))


def _form(visit: Visit, rule: StoredRule, whats: Sequence[str]) -> None:
    with st.form("rehearse", border=True), st.container(horizontal=True, vertical_alignment="bottom"):
        key = rule.rule_key
        what = st.selectbox("Rehearse", whats, format_func=_word, key=f"what_{key}_{len(whats)}", width=220)
        others = [NOTHING, *whats]
        against = st.selectbox("Compared with", others, format_func=_word, key=f"against_{key}_{len(whats)}", width=220)
        days = st.selectbox("Days", DAYS, DAYS.index(90), key=f"days_{key}", width=120)
        if st.form_submit_button("Rehearse", key="start_rehearsal", type="primary", icon=":material/science:"):
            _ask(visit, key, what, None if against == NOTHING else against, days)


def _ask(visit: Visit, rule_key: str, what: str, against: str | None, days: int) -> None:
    try:
        rehearsal_runs.ask(
            visit.cockpit.db, visit.viewer, rule_key, datetime.now(UTC), what=what, against=against, days=days
        )
    except CockpitError as error:
        st.error(safe_text(error.message))
        return
    st.rerun()


def _picked(visit: Visit, runs: Sequence[Run]) -> Run:
    """The newest, or an earlier one that somebody chose."""
    if len(runs) == 1:
        return runs[0]
    named = {str(run.run_id): _named(visit, run) for run in runs}
    newest = str(runs[0].run_id)
    picked = st.selectbox("Shown", list(named), format_func=named.__getitem__, key=f"shown_{newest}", width=420)
    return next(run for run in runs if str(run.run_id) == picked)


def _named(visit: Visit, run: Run) -> str:
    against = f" against {_word(run.against).lower()}" if run.against else ""
    return f"{_word(run.what)}{against}, {run.days} days, {age(run.asked_at, visit.now)}"


def _word(what: str) -> str:
    return WORDS.get(what, what.capitalize())


def _run(visit: Visit, run: Run) -> None:
    if run.state in OPEN:
        _progress(visit, str(run.run_id))
    elif run.state == DONE:
        rehearsal_result.show(visit, run)
    elif run.state == FAILED:
        st.error(safe_text(f"It did not come to an end: {run.error or 'nobody knows why'}"), icon=":material/error:")
    elif run.state == CANCELLED:
        st.info("It was cancelled.", icon=":material/cancel:")


@st.fragment(run_every="1s")
def _progress(visit: Visit, run_id: str) -> None:
    """How far it is; the whole page is drawn anew when it ends."""
    with visit.read() as conn:
        run = rehearsal_runs.find_rehearsal(conn, visit.viewer, UUID(run_id))
    if run is None or run.state not in OPEN:
        st.rerun()
        return
    part = run.done / run.total if run.total else 0.0
    said = "Waits for a worker" if run.state == WAITING else "Reads what happened" if not run.total else "Plays it"
    with st.container(border=True, key="rehearsal_progress"):
        st.progress(min(part, 1.0), text=f"{said}: {part:.0%}")
        st.caption("You may leave this page: it goes on, and is shown here when it is done.")
        if may_change(visit):
            st.button("Cancel", key="cancel_rehearsal", on_click=_cancel, args=(visit, run.run_id))


def _cancel(visit: Visit, run_id: UUID) -> None:
    try:
        rehearsal_runs.cancel(visit.cockpit.db, visit.viewer, run_id, datetime.now(UTC))
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:")
