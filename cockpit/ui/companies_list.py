"""The companies, and one company with its people."""

from __future__ import annotations

import logging
from uuid import UUID

import streamlit as st

from cockpit.storage.companies_page import CompaniesPage, ListedCompany, find_company, list_companies_page
from cockpit.ui import frame
from cockpit.ui.components import listing, views
from cockpit.ui.components.listing import Cell, Chip
from cockpit.ui.frame import Visit
from cockpit.ui.wording import wording
from cockpit.ui.words import plain, safe_text

EMPTY = "No companies to show"
PAGE_ROWS = 50
LONGEST = 200
log = logging.getLogger(__name__)


def show(visit: Visit) -> None:
    """Draw the list, or the company named in the address."""
    asked = st.query_params.get("id")
    if asked is not None:
        _company(visit, asked)
        return
    st.title(safe_text(wording(visit).many("company")), anchor=False)
    above = st.container()
    word = search("Name, domain or external id")
    views.show(visit, "companies", above)
    active = (Chip(f"Search: {word}", clear_search),) if word else ()
    try:
        page = _read(visit, word)
    except Exception as error:  # whatever went wrong, the page says so and stays alive
        log.exception("the companies of %s", visit.workspace.subdomain)
        listing.failed(error)
        return
    listing.chips(active)
    if page.rows:
        listing.table("companies", "By name", [_line(visit, row) for row in page.rows])
    elif active:
        listing.empty(EMPTY, "No company here matches the search.", active)
    else:
        listing.empty(EMPTY, "There are no companies in this workspace yet: they come with their people.", ())
    listing.pages(page.following)


def search(placeholder: str) -> str:
    """Draw the search box of a list; gives what is searched for."""
    written = st.text_input(
        "Search",
        key="q",
        bind="query-params",
        icon=":material/search:",
        placeholder=placeholder,
        width=320,
        max_chars=LONGEST,
        on_change=listing.start_over,
    )
    return plain(written)[:LONGEST]


def clear_search() -> None:
    """Empty the search box."""
    st.session_state["q"] = ""


def _read(visit: Visit, word: str) -> CompaniesPage:
    with visit.read() as conn:
        return list_companies_page(
            conn, visit.workspace_id, scope=visit.viewer.scope, search=word, after=listing.place(), limit=PAGE_ROWS
        )


def _line(visit: Visit, row: ListedCompany) -> dict[str, Cell]:
    people = listing.address("/objects", visit.link(type="people", company=str(row.company_id)))
    here = listing.address("/objects", visit.link(type="companies", id=str(row.company_id)))
    own = wording(visit)
    return {
        own.one("company"): Cell(row.name or "No name", here),
        "Domain": Cell(row.domain or ""),
        own.many("person"): Cell(f"{row.people:,}", people if row.people else None),
        "External id": Cell(row.external_id or ""),
    }


def _company(visit: Visit, asked: str) -> None:
    """Draw one company; a wrong link is no error of the server."""
    try:
        with visit.read() as conn:
            found = find_company(conn, visit.workspace_id, UUID(asked), scope=visit.viewer.scope)
    except ValueError:
        found = None
    if found is None:
        st.title("No such company", anchor=False)
        st.markdown(f"No company in {safe_text(visit.workspace.name)} has the id {safe_text(asked[:80])}.")
        if st.button("Show the companies", type="primary", key="to_companies"):
            frame.open_page(visit, "objects", type="companies")
        return
    st.title(safe_text(found.name) or "No name", anchor=False)
    listing.table("company", "What is stored", [_line(visit, found)])
    if st.button("Show its people", type="primary", key="to_its_people"):
        frame.open_page(visit, "objects", type="people", company=str(found.company_id))
