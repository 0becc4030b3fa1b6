"""One workflow as a card: its steps, whether it is active, its versions, its runs."""

from __future__ import annotations

from datetime import datetime
from html import escape

import streamlit as st

from cockpit.automation.workflows import versions
from cockpit.automation.workflows.report import Flow
from cockpit.automation.workflows.spec import MANUAL, MANY, WorkflowSpec
from cockpit.automation.workflows.steps.registry import STEPS
from cockpit.model.ids import MemberId
from cockpit.model.roles import Permission
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.frame import Visit
from cockpit.ui.words import instant_words, plain, safe_text
from cockpit.ui.workflows import levers, run_list, starting
from cockpit.ui.workflows.change import attempt
from cockpit.ui.workflows.words import FLOWS


def show(visit: Visit, flow: Flow) -> None:
    """Draw the card."""
    head, key = flow.head, flow.head.workflow_key
    word, colour, means = FLOWS.get(head.status, (head.status, "gray", ""))
    with st.container(border=True, key=f"flow_{key}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.header(safe_text(head.title), anchor=False, width="content")
            st.badge(word, color=colour, help=means)  # type: ignore[arg-type]  # a colour of the table
            if flow.draft is not None and head.version is not None:
                st.badge("Edited: a draft waits", color="violet")
        if flow.spec is None:
            st.error(safe_text(f"It cannot be carried out: {flow.fault}"))
        else:
            st.html(drawn(flow.spec))
        _buttons(visit, flow)
        _versions(visit, flow)
        run_list.show(visit, flow)


def drawn(spec: WorkflowSpec) -> str:
    """The trigger and the steps in their order, as a list that a screen reader counts."""
    steps = "".join(
        f"<li><b>{escape(STEPS[step.type].title)}</b> {escape(plain(STEPS[step.type].told(step)))}</li>"
        for step in spec.steps
    )
    return f'<p class="said">{escape(spec.trigger.title)}</p><ol class="flow">{steps}</ol>'


def _buttons(visit: Visit, flow: Flow) -> None:
    key, manages = flow.head.workflow_key, visit.may(Permission.MANAGE_RULES) and visit.as_of is None
    st.session_state[f"active_{key}"] = flow.active
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.toggle(
            "Active",
            key=f"active_{key}",
            disabled=not manages,
            on_change=_switch,
            args=(visit, flow),
            help="Review the steps first" if manages else "Only admins activate workflows",
        )
        if manages and flow.active and flow.draft is not None:
            st.button(
                f"Activate version {flow.draft.version}", key=f"publish_{key}", on_click=_activate, args=(visit, flow)
            )
        _start(visit, flow)
        if manages:
            levers.show(visit, flow)


def _start(visit: Visit, flow: Flow) -> None:
    by_hand = flow.spec is not None and flow.spec.trigger.type == MANUAL
    if not by_hand or flow.spec is None or not visit.may(Permission.DECIDE) or visit.as_of is not None:
        return
    many = flow.spec.trigger.selection == MANY
    st.button(
        "Start for people…" if many else "Start for a person…",
        key=f"start_{flow.head.workflow_key}",
        icon=":material/play_arrow:",
        disabled=not flow.active,
        help=None if flow.active else "It is not active",
        on_click=starting.ask,
        args=(flow.head.workflow_key,),
    )


def _switch(visit: Visit, flow: Flow) -> None:
    if st.session_state[f"active_{flow.head.workflow_key}"]:
        _activate(visit, flow)
        return

    def change(now: datetime) -> str:
        versions.deactivate(visit.cockpit.db, visit.viewer, flow.head.workflow_key, now)
        return f"{plain(flow.head.title)} can be started no more; guards stop what it has begun."

    attempt(change)


def _activate(visit: Visit, flow: Flow) -> None:
    def change(now: datetime) -> str:
        number = versions.activate(visit.cockpit.db, visit.viewer, flow.head.workflow_key, now)
        return f"{plain(flow.head.title)}: version {number} is active."

    attempt(change)


def _versions(visit: Visit, flow: Flow) -> None:
    key = flow.head.workflow_key
    opened = st.expander(f"Versions ({len(flow.versions)})", key=f"versions_{key}", on_change="rerun")
    if not opened.open:
        return
    with opened:
        lines = [
            {
                "Version": Cell(str(one.version)),
                "State": Cell(one.status.capitalize()),
                "Since": Cell(instant_words(one.created_at, visit.workspace.time_zone)),
                "By": Cell(plain(visit.members.get(MemberId(one.created_by), "")) if one.created_by else ""),
            }
            for one in flow.versions
        ]
        listing.table(f"versions_{key}", "The newest first", lines)
