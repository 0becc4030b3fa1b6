"""The forms that wait for somebody: each belongs to a run, which goes on when it is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from cockpit.automation.workflows.answer import answer, form_of
from cockpit.automation.workflows.report import get_report
from cockpit.automation.workflows.steps.form import LONGEST, label_of
from cockpit.errors import CockpitError
from cockpit.model.roles import Permission
from cockpit.storage.workflow_runs import ASKING, Run, list_workflow_runs
from cockpit.ui.changes import attempt
from cockpit.ui.frame import Visit
from cockpit.ui.words import age, plain, safe_text

SHOWN = 10


def show(visit: Visit, titles: Mapping[str, str]) -> None:
    """Draw them, where there are any and somebody may fill them in."""
    if visit.as_of is not None or not visit.may(Permission.DECIDE):
        return
    with visit.read() as conn:
        scope = visit.viewer.scope
        found = list_workflow_runs(conn, visit.workspace_id, states=[ASKING], scope=scope, limit=SHOWN + 1)
    if not found:
        return
    st.header("Waiting for you", anchor=False)
    for run in found[:SHOWN]:
        _form(visit, run, titles.get(run.workflow_key, run.workflow_key))
    if len(found) > SHOWN:
        st.caption(f"More than {SHOWN} forms wait: the others come up when these are filled in.")


def _form(visit: Visit, run: Run, title: str) -> None:
    try:
        with visit.read() as conn:
            form, report = form_of(conn, visit.viewer, run), get_report(conn, visit.viewer, run.run_id)
    except CockpitError as error:
        st.error(safe_text(error.message))
        return
    whom = plain(report.name or "Somebody") if run.person_id else f"{sum(report.people.values()):,} people"
    with st.form(f"form_{run.run_id}"):
        st.markdown(f"**{safe_text(whom)}** · {safe_text(title)} · {age(run.started_at, visit.now)}")
        given = {one["name"]: _field(run, one) for one in form.said["fields"]}
        sent = st.form_submit_button("Go on", type="primary")
    if sent:
        _store(visit, run, given, whom)


def _field(run: Run, field: Mapping[str, Any]) -> str | None:
    label = label_of(field) + ("" if field.get("required") else " (optional)")
    key = f"field_{run.run_id}_{field['name']}"
    if field["type"] == "choice":
        chosen: str | None = st.selectbox(label, field["choices"], index=None, key=key, width=320)
        return chosen
    written: str = st.text_area(label, key=key, max_chars=LONGEST, height=100)
    return written


def _store(visit: Visit, run: Run, given: Mapping[str, str | None], whom: str) -> None:
    said = {name: value for name, value in given.items() if value}

    def change() -> object:
        return answer(visit.cockpit.db, visit.viewer, run.run_id, said, datetime.now(UTC))

    attempt(change, f"The run for {whom} goes on.")
