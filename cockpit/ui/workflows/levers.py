"""The two levers of a workflow: begin nothing new, and take back what has not left, with the counts first."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from cockpit.automation import stops
from cockpit.automation.stops import Target
from cockpit.automation.workflows import answer
from cockpit.automation.workflows.report import Flow
from cockpit.ui.frame import Visit
from cockpit.ui.words import instant_words, plain
from cockpit.ui.workflows.change import attempt
from cockpit.ui.workflows.words import counted


def show(visit: Visit, flow: Flow) -> None:
    """Draw them behind one button; a stop is said beside it."""
    key, target = flow.head.workflow_key, Target(rule_key=flow.head.workflow_key)
    with visit.read() as conn:
        stopped = next((one for about, one in stops.list_stopped(conn, visit.workspace_id) if about == target), None)
        ahead = answer.count_recalled(conn, visit.viewer, key)
    goes = counted(ahead.runs, "run goes on", "runs go on")
    waits = counted(ahead.outreaches, "outreach waits", "outreaches wait")
    with st.popover("Stop…", icon=":material/stop_circle:", key=f"stop_{key}", width="content"):
        st.markdown(f"{goes}, {waits} to go out. A stop lets nothing more out; a recall ends and takes back all of it.")
        if stopped is None:
            st.button("Stop new", key=f"stop_new_{key}", type="primary", on_click=_stop, args=(visit, flow))
        else:
            st.button("Let it go on", key=f"go_on_{key}", on_click=_go_on, args=(visit, flow))
        st.button(
            f"Recall all ({ahead.runs + ahead.outreaches:,})",
            key=f"recall_{key}",
            disabled=not ahead.runs + ahead.outreaches,
            on_click=_recall,
            args=(visit, flow),
        )
    if stopped is not None:
        since = instant_words(stopped.stopped_at, visit.workspace.time_zone)
        st.badge(f"Stopped since {since}", color="red", icon=":material/pause_circle:")


def _stop(visit: Visit, flow: Flow) -> None:
    name = plain(visit.members.get(visit.member_id, "")) if visit.member_id else ""
    why = f"Stopped on the workflow screen{f' by {name}' if name else ''}."

    def change(now: datetime) -> str:
        stops.stop_new(visit.cockpit.db, visit.viewer, Target(rule_key=flow.head.workflow_key), why, now)
        return f"{plain(flow.head.title)} lets nothing more out."

    attempt(change)


def _go_on(visit: Visit, flow: Flow) -> None:
    def change(now: datetime) -> str:
        del now
        stops.let_go_on(visit.cockpit.db, visit.viewer, Target(rule_key=flow.head.workflow_key))
        return f"{plain(flow.head.title)} goes on."

    attempt(change)


def _recall(visit: Visit, flow: Flow) -> None:
    def change(now: datetime) -> str:
        gone = answer.recall(visit.cockpit.db, visit.viewer, flow.head.workflow_key, now)
        runs = counted(gone.runs, "run ended", "runs ended")
        outreaches = counted(gone.outreaches, "outreach was", "outreaches were")
        return f"{runs}, {outreaches} taken back before leaving."

    attempt(change)
