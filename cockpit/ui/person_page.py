"""`/person?id=`: one person, what to do about them, why, and the story so far."""

from __future__ import annotations

from uuid import UUID

import polars as pl
import streamlit as st

from cockpit.errors import NotFound
from cockpit.model.panel import PanelRow
from cockpit.model.roles import Permission
from cockpit.storage.attempts import ACCEPTED, RESERVED, SENDING
from cockpit.storage.people import Person
from cockpit.ui import frame, reads, state
from cockpit.ui.components import (
    action_bar,
    as_of,
    executions,
    keys,
    next_up,
    progress,
    score_history,
    timeline,
    undo,
    why,
)
from cockpit.ui.execution_words import title_of
from cockpit.ui.frame import Visit
from cockpit.ui.wording import wording
from cockpit.ui.words import age, plain, safe_text, there

TABS = ("Timeline", "Score history", "Actions", "Data")
LIFECYCLES = {"lead": "Lead", "mql": "Marketing qualified", "sql": "Sales qualified", "customer": "Customer"}


def show(visit: Visit) -> None:
    """Draw the page of the person named in the address."""
    asked = st.query_params.get("id", "")
    try:
        identity = str(UUID(asked))
        with as_of.waiting(visit):
            found, row = reads.explanation(visit, identity), reads.person_row(visit, identity)
    except (ValueError, NotFound):
        _unknown(visit, asked)
        return
    keys.listen(visit)
    _way_back(visit, identity)
    as_of.banner(visit)
    _header(found.person, row)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _next_step(visit, row)
        executions.show(visit, identity)
        with st.container(border=True, key="why"):
            st.header("Why", anchor=False)
            why.reasons(visit, identity)
    with right, st.container(border=True, key="story"):
        _story(visit, found.person)
    undo.show(visit)
    progress.show(visit)


def _unknown(visit: Visit, asked: str) -> None:
    """Say that nobody has this id; a wrong link is no error of the server."""
    st.title("No such person")
    named = f"Nobody in {safe_text(visit.workspace.name)} has the id {safe_text(asked[:80])}."
    st.markdown(named if asked else "The link names nobody: it needs an id.")
    if st.button("Back to the cockpit", type="primary", key="back"):
        frame.open_page(visit, "cockpit")


def _way_back(visit: Visit, identity: str) -> None:
    """Back to the cockpit, and on within the panel that is being worked through."""
    with st.container(horizontal=True, vertical_alignment="center", key="way_back"):
        if st.button("Cockpit", key="back", icon=":material/arrow_back:", type="tertiary"):
            frame.open_page(visit, "cockpit")
        ids = state.queue_ids()
        if identity in ids:
            at = ids.index(identity)
            if next_up.steps(visit, ids, at):
                st.query_params["id"] = state.person() or identity
                st.rerun()
        if visit.as_of is None and visit.may(Permission.DECIDE):
            icon = ":material/account_tree:"
            if st.button("Workflows", key="to_workflows", icon=icon, type="tertiary", help="Start one for this person"):
                frame.open_page(visit, "workflows", person=identity)


def _header(person: Person, row: PanelRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(safe_text(person.name), anchor=False, width="content")
        action_bar.band_badge(row)
        st.badge(LIFECYCLES.get(person.lifecycle, plain(person.lifecycle)), color="gray")
        if person.do_not_contact:
            st.badge("Do not contact", color="red", icon=":material/block:")
        if person.is_demo:
            st.badge("Demo data", color="violet")


def _next_step(visit: Visit, row: PanelRow) -> None:
    with st.container(border=True, key="next_up"):
        st.header(safe_text(row.suggested_action.title if row.suggested_action else _idle(visit, row)), anchor=False)
        action_bar.situation(visit, row)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            action_bar.buttons(visit, row, with_why=False)
        if row.suggested_action is not None:
            st.caption(action_bar.limits(visit, row))


def _idle(visit: Visit, row: PanelRow) -> str:
    """What there is to do where nothing is suggested: wait, for what is on its way."""
    newest = reads.executions(visit, row.person_id or "", 1) if visit.as_of is None else ()
    on_its_way = newest and newest[0].state in (RESERVED, SENDING, ACCEPTED)
    return f"{title_of(newest[0].action_type)} is on its way" if on_its_way else "Nothing to do now"


def _story(visit: Visit, person: Person) -> None:
    identity = str(person.person_id)
    tabs = dict(zip(TABS, st.tabs(TABS, key="tab", bind="query-params", on_change="rerun"), strict=True))
    with tabs["Timeline"]:
        if tabs["Timeline"].open:
            timeline.show(visit, identity)
    with tabs["Score history"]:
        if tabs["Score history"].open:
            score_history.show(*reads.score_history(visit, identity))
    with tabs["Actions"]:
        if tabs["Actions"].open:
            _actions(visit, identity)
    with tabs["Data"]:
        if tabs["Data"].open:
            _data(visit, person)


def _actions(visit: Visit, identity: str) -> None:
    """Every suggestion there ever was, and what became of it."""
    cards = reads.cards(visit, identity)
    if not cards:
        st.markdown(
            ":gray[Nothing was ever suggested.]" if visit.as_of is None else ":gray[Nothing was recorded by then.]"
        )
        return
    st.table(pl.DataFrame(cards).to_pandas(), hide_index=True, border="horizontal", alt="Suggested actions")


def _data(visit: Visit, person: Person) -> None:
    """What is stored of the person."""
    own = wording(visit)
    facts = {
        "External id": person.external_id,
        "E-mail": person.email,
        "Phone": person.phone or person.phone_raw,
        own.one("company"): person.company,
        "Owner": person.owner,
        "Time zone": person.time_zone,
        "Country": person.country,
        "Value": None if person.value is None else f"{person.value:,.2f}",
        **{own.field(name): own.value(name, value) for name, value in person.attributes.items() if value is not None},
        "Known since": f"{there(person.created_at, None, visit.workspace.time_zone):%d %b %Y}",
        "Changed": age(person.updated_at, visit.now) if visit.as_of is None else None,
    }
    shown = [{"Field": plain(name), "Value": plain(str(value))} for name, value in facts.items() if value is not None]
    if visit.as_of is not None:
        st.caption("What is stored today: only signals, and what is made from them, are shown as of then.")
    st.table(pl.DataFrame(shown).to_pandas(), hide_index=True, border="horizontal", alt="Stored data")
