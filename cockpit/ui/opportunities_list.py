"""The opportunities, the next to close first."""

from __future__ import annotations

import logging
from uuid import UUID

import streamlit as st

from cockpit.storage.opportunities_page import (
    ListedOpportunity,
    OpportunitiesPage,
    find_opportunity,
    list_opportunities_page,
    list_stages,
)
from cockpit.ui import frame
from cockpit.ui.companies_list import clear_search, search
from cockpit.ui.components import listing, views
from cockpit.ui.components.listing import Cell, Chip
from cockpit.ui.frame import Visit
from cockpit.ui.wording import wording
from cockpit.ui.words import safe_text

EMPTY = "No opportunities to show"
ALL_STAGES = "All stages"
PAGE_ROWS = 50
log = logging.getLogger(__name__)


def show(visit: Visit) -> None:
    """Draw the list, or the opportunity named in the address."""
    asked = st.query_params.get("id")
    if asked is not None:
        _opportunity(visit, asked)
        return
    st.title(safe_text(wording(visit).many("opportunity")), anchor=False)
    above = st.container()
    try:
        word, stage = _filters(visit)
        views.show(visit, "opportunities", above)
        page = _read(visit, word, stage)
    except Exception as error:  # whatever went wrong, the page says so and stays alive
        log.exception("the opportunities of %s", visit.workspace.subdomain)
        listing.failed(error)
        return
    active = [
        (word, f"Search: {word}", clear_search),
        (stage, f"Stage: {wording(visit).stage(stage or '')}", _all_stages),
    ]
    _page(visit, page, tuple(Chip(words, clear) for on, words, clear in active if on))


def _filters(visit: Visit) -> tuple[str, str | None]:
    """Draw the filters and read them."""
    with visit.read() as conn:
        stages = list_stages(conn, visit.workspace_id, scope=visit.viewer.scope)
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        word = search("Name, person, company or external id")
        asked = st.session_state.get("stage")
        if asked and asked != ALL_STAGES and asked not in stages:
            stages = (*stages, str(asked))  # a view names one that nobody has reached
        if not stages:
            return word, None
        named = wording(visit).stage
        stage = st.selectbox(
            "Stage",
            (ALL_STAGES, *stages),
            key="stage",
            bind="query-params",
            format_func=lambda one: one if one == ALL_STAGES else named(one),
            width=220,
            on_change=listing.start_over,
        )
    return word, stage if stage != ALL_STAGES else None


def _all_stages() -> None:
    st.session_state["stage"] = ALL_STAGES


def _read(visit: Visit, word: str, stage: str | None) -> OpportunitiesPage:
    with visit.read() as conn:
        return list_opportunities_page(
            conn,
            visit.workspace_id,
            scope=visit.viewer.scope,
            search=word,
            stage=stage,
            after=listing.place(),
            limit=PAGE_ROWS,
        )


def _page(visit: Visit, page: OpportunitiesPage, active: tuple[Chip, ...]) -> None:
    listing.chips(active)
    if page.rows:
        listing.table("opportunities", "The next to close first", [_line(visit, row) for row in page.rows])
    elif active:
        listing.empty(EMPTY, "No opportunity here matches the filter or the search.", active)
    else:
        listing.empty(EMPTY, "There are no opportunities in this workspace yet.", ())
    listing.pages(page.following)


def _line(visit: Visit, row: ListedOpportunity) -> dict[str, Cell]:
    here = listing.address("/objects", visit.link(type="opportunities", id=str(row.opportunity_id)))
    person = listing.address("/person", visit.link(id=str(row.person_id))) if row.person else None
    company = listing.address("/objects", visit.link(type="companies", id=str(row.company_id))) if row.company else None
    own = wording(visit)
    return {
        own.one("opportunity"): Cell(row.name or "No name", here),
        "Stage": Cell(own.stage(row.stage)),
        "Amount": Cell("" if row.amount is None else f"{row.amount:,.2f} {row.currency or ''}"),
        "Closes": Cell("" if row.close_date is None else f"{row.close_date:%d %b %Y}"),
        own.one("person"): Cell(row.person or "", person),
        own.one("company"): Cell(row.company or "", company),
    }


def _opportunity(visit: Visit, asked: str) -> None:
    """Draw one opportunity; a wrong link is no error of the server."""
    try:
        with visit.read() as conn:
            found = find_opportunity(conn, visit.workspace_id, UUID(asked), scope=visit.viewer.scope)
    except ValueError:
        found = None
    if found is None:
        st.title("No such opportunity", anchor=False)
        st.markdown(f"No opportunity in {safe_text(visit.workspace.name)} has the id {safe_text(asked[:80])}.")
        if st.button("Show the opportunities", type="primary", key="to_opportunities"):
            frame.open_page(visit, "objects", type="opportunities")
        return
    st.title(safe_text(found.name) or "No name", anchor=False)
    listing.table("opportunity", "What is stored", [_line(visit, found)])
