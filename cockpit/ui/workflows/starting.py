"""Starting a workflow: for one person, or for many with who would be skipped and why before the click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from cockpit.automation.workflows import start
from cockpit.automation.workflows.report import Flow
from cockpit.automation.workflows.spec import MANY
from cockpit.errors import CockpitError
from cockpit.model.ids import PersonId
from cockpit.model.roles import Permission
from cockpit.storage.people import find_person
from cockpit.storage.people_page import PeopleAsked, list_people_page
from cockpit.storage.workflow_runs import BLOCKED, FAILED
from cockpit.ui.changes import DONE
from cockpit.ui.frame import Visit
from cockpit.ui.words import plain, safe_text
from cockpit.ui.workflows.words import RUNS

ASKED: Final = "start_flow"
PERSON: Final = "person"  # in the address: who was looked at before
OFFERED: Final = 200
REASONS_SHOWN: Final = 8


def ask(workflow_key: str) -> None:
    """Open the dialog when the page is drawn anew; for buttons."""
    st.session_state[ASKED] = workflow_key


def asked(visit: Visit, found: Sequence[Flow]) -> None:
    """Draw the dialog, where somebody has just wished it."""
    key = st.session_state.pop(ASKED, None)
    flow = next((one for one in found if one.head.workflow_key == key and one.active), None)
    if flow is not None and visit.may(Permission.DECIDE) and visit.as_of is None:
        _dialog(visit, flow)


@st.dialog("Start a workflow", width="medium")
def _dialog(visit: Visit, flow: Flow) -> None:
    key = flow.head.workflow_key
    st.markdown(f"**{safe_text(flow.head.title)}**")
    word = st.text_input(
        "Search", key=f"start_search_{key}", icon=":material/search:", placeholder="Name, e-mail, phone or external id"
    )
    people = _people(visit, plain(word))
    if not people:
        st.markdown(":gray[Nobody here matches the search.]" if word else ":gray[There are no people yet.]")
        return
    if flow.spec is not None and flow.spec.trigger.selection == MANY:
        _many(visit, flow, people)
    else:
        _one(visit, flow, people)


def _people(visit: Visit, word: str) -> Mapping[PersonId, str]:
    """The first people by priority, of those that the search finds; who is in the address comes first."""
    with visit.read() as conn:
        asked_for = PeopleAsked(search=word)
        page = list_people_page(conn, visit.workspace_id, asked_for, scope=visit.viewer.scope, limit=OFFERED)
        asked_of = st.query_params.get(PERSON)
        first = find_person(conn, visit.workspace_id, asked_of, scope=visit.viewer.scope) if asked_of else None
    named = {} if first is None or word else {first.person_id: plain(first.name) or "No name"}
    return named | {PersonId(one.person_id): plain(one.name) or "No name" for one in page.rows}


def _one(visit: Visit, flow: Flow, people: Mapping[PersonId, str]) -> None:
    key = flow.head.workflow_key
    ids = list(people)
    here = next((place for place, one in enumerate(ids) if str(one) == st.query_params.get(PERSON)), None)
    chosen = st.selectbox("Person", ids, index=here, format_func=people.__getitem__, key=f"start_person_{key}")
    if st.button("Start", key=f"start_now_{key}", type="primary", disabled=chosen is None) and chosen is not None:
        try:
            run = start.start_one(visit.cockpit.db, visit.viewer, key, chosen, datetime.now(UTC))
        except CockpitError as error:
            st.error(safe_text(error.message))
            return
        if run.state in (BLOCKED, FAILED):
            st.error(safe_text(f"{RUNS[run.state]}: {run.error}"))
            return
        st.session_state[DONE] = f"Started for {people[chosen]}: {RUNS[run.state].lower()}."
        st.rerun()


def _many(visit: Visit, flow: Flow, people: Mapping[PersonId, str]) -> None:
    key = flow.head.workflow_key
    chosen = st.multiselect("People", list(people), format_func=people.__getitem__, key=f"start_people_{key}")
    if not chosen:
        st.caption(f"The first {len(people):,} by priority are offered; search for others.")
        return
    try:
        ahead = start.foresee(visit.cockpit.db, visit.viewer, key, chosen, datetime.now(UTC))
    except CockpitError as error:
        st.error(safe_text(error.message))
        return
    _told(ahead)
    if st.button(f"Start for {ahead.people}", key=f"start_now_{key}", type="primary", disabled=not ahead.people):
        try:
            begun = start.start_many(visit.cockpit.db, visit.viewer, key, chosen, datetime.now(UTC))
        except CockpitError as error:
            st.error(safe_text(error.message))
            return
        st.session_state[DONE] = f"Started: {begun.sentence}"
        st.rerun()


def _told(ahead: start.Started) -> None:
    """`N will run, M skipped, because`."""
    st.markdown(f"**{ahead.people} will run, {ahead.skipped} skipped**{', because' if ahead.skipped else ''}")
    shown = list(ahead.because.items())[:REASONS_SHOWN]
    rest = len(ahead.because) - len(shown)
    lines = [f"- {count}: {safe_text(reason)}" for reason, count in shown]
    st.markdown("\n".join([*lines, *([f"- and {rest} more reasons"] if rest else [])]))
