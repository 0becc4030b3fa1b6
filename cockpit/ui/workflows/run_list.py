"""The newest runs of a workflow, each with its steps; they follow what is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import streamlit as st

from cockpit.automation.workflows import answer
from cockpit.automation.workflows.report import Flow, Report, list_reports
from cockpit.model.roles import Permission
from cockpit.storage.attempts import RESERVED
from cockpit.storage.workflow_runs import RUNNING, UNFINISHED, WAITING
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.frame import Visit
from cockpit.ui.words import age, plain, safe_text
from cockpit.ui.workflows.change import attempt
from cockpit.ui.workflows.words import counted, state_of, step_state

SHOWN = 10


def show(visit: Visit, flow: Flow) -> None:
    """Draw them where somebody looks."""
    key = flow.head.workflow_key
    opened = st.expander("Last runs", key=f"runs_{key}", on_change="rerun")
    if not opened.open:
        return
    with opened:
        found = _read(visit, key)
        if any(one.run.state == RUNNING for one in found):
            _live(visit, key)
        else:
            _draw(visit, found)


@st.fragment(run_every="2s")
def _live(visit: Visit, key: str) -> None:
    """The same every other second, until none is at work."""
    found = _read(visit, key)
    if not any(one.run.state == RUNNING for one in found):
        st.rerun()
    _draw(visit, found)


def _read(visit: Visit, key: str) -> tuple[Report, ...]:
    with visit.read() as conn:
        return list_reports(conn, visit.viewer, key, SHOWN)


def _draw(visit: Visit, found: Sequence[Report]) -> None:
    if not found:
        st.markdown(":gray[It has not run yet.]")
        return
    for report in found:
        _run(visit, report)


def _run(visit: Visit, report: Report) -> None:
    run = report.run
    with st.container(border=True, key=f"run_{run.run_id}"):
        whom = plain(report.name or "Somebody") if run.person_id else _people(report)
        by = plain(visit.members.get(run.started_by, "")) if run.started_by else ""
        started = f"{age(run.started_at, visit.now)}{f' by {by}' if by else ''}"
        st.markdown(f"**{safe_text(whom)}** · {safe_text(started)} · {safe_text(state_of(visit, report))}")
        if run.person_id is None:
            st.caption(safe_text(report.sentence))
        lines = [
            {
                "Step": Cell(step.told),
                "What became of it": Cell(step_state(visit, step)),
                "When": Cell(age(step.row.started_at, visit.now) if step.row else ""),
            }
            for step in report.steps
        ]
        if lines:
            listing.table(f"steps_{run.run_id}", f"Steps of version {run.version}", lines)
        _take_back(visit, report)


def _people(report: Report) -> str:
    return counted(sum(report.people.values()), "person", "people")


def _take_back(visit: Visit, report: Report) -> None:
    """One run can be given up, as long as anything of it has not left."""
    run = report.run
    waits = any(step.attempt is not None and step.attempt.state == RESERVED for step in report.steps)
    begun = run.person_id is None and run.state != WAITING and (visit.now - run.started_at).total_seconds() < 60
    if not (run.state in UNFINISHED or waits or begun) or not visit.may(Permission.DECIDE) or visit.as_of is not None:
        return
    st.button(
        "Take back",
        key=f"back_{run.run_id}",
        icon=":material/undo:",
        help="Ends the run, and takes back what has not left",
        on_click=_back,
        args=(visit, run.run_id),
    )


def _back(visit: Visit, run_id: UUID) -> None:
    def change(now: datetime) -> str:
        gone = answer.take_back(visit.cockpit.db, visit.viewer, run_id, now)
        outreaches = counted(gone.outreaches, "outreach was", "outreaches were")
        return f"{'The run is ended, ' if gone.runs else ''}{outreaches} taken back before leaving."

    attempt(change)
