"""The people list: searched, filtered and ordered by the database, a page at a time."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import streamlit as st

from cockpit.exports.filters import filters_of
from cockpit.model.ids import ANY_MEMBER
from cockpit.model.roles import Permission
from cockpit.storage.companies_page import find_company
from cockpit.storage.exports import list_exports
from cockpit.storage.people_page import (
    ListedPerson,
    PeopleAsked,
    PeoplePage,
    Sort,
    count_people_found,
    list_people_page,
)
from cockpit.ui import reads
from cockpit.ui.components import listing, views
from cockpit.ui.components.exports import export_links
from cockpit.ui.components.listing import Cell, Chip
from cockpit.ui.components.toolbar import NOBODY, SCOPES
from cockpit.ui.frame import Visit
from cockpit.ui.wording import Wording, wording
from cockpit.ui.words import age, plain, safe_text
from scoring.phrases import name_of, opening

EMPTY = "No leads to show"
SORTS = {"Priority": "priority", "Name": "name", "Last touch": "last touch"}
BANDS = {"Hot": "hot", "Warm": "warm", "Cold": "cold", "No data": "no data"}
LIFECYCLES = {"lead": "Lead", "mql": "Marketing qualified", "sql": "Sales qualified"}
PAGE_ROWS = 50
EXPORTS_SHOWN = 10
LONGEST = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the visitor asked for, and the filters among it that hide people."""

    asked: PeopleAsked
    active: tuple[Chip, ...]


def show(visit: Visit) -> None:
    """Draw the list of people."""
    with st.container(horizontal=True, vertical_alignment="center", key="page_top"):
        st.title(safe_text(wording(visit).many("person")), anchor=False, width="stretch")
        st.button("Refresh", key="refresh", shortcut=visit.key("G"), icon=":material/refresh:")
    try:
        above = st.container()
        filters = _filters(visit)
        views.show(visit, "people", above)
        page, found = _read(visit, filters.asked)
    except Exception as error:  # whatever went wrong, the page says so and stays alive
        log.exception("the people of %s", visit.workspace.subdomain)
        listing.failed(error)
        return
    listing.chips(filters.active)
    _page(visit, page, found, filters)
    if visit.may(Permission.EXPORT):
        _exports(visit, filters)


def _read(visit: Visit, asked: PeopleAsked) -> tuple[PeoplePage, int]:
    """A page of the list, and how many people it has."""
    with visit.read() as conn:
        asks = (conn, visit.workspace_id, asked)
        page = list_people_page(*asks, scope=visit.viewer.scope, after=listing.place(), limit=PAGE_ROWS)
        if page.found is not None:
            return page, page.found
        return page, count_people_found(*asks, scope=visit.viewer.scope, at_most=listing.COUNTED + 1)


def _filters(visit: Visit) -> Filters:
    """Draw the filters and read them; each is part of the address."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        search = st.text_input(
            "Search",
            key="q",
            bind="query-params",
            icon=":material/search:",
            placeholder="Name, e-mail, phone or external id",
            width=320,
            max_chars=LONGEST,
            on_change=listing.start_over,
        )
        scope = _choice("Whose", SCOPES, "owner", "Everybody, people with an owner, or your own")
        sort = _choice("Sort by", tuple(SORTS), "sort", "Priority: what to do first. Last touch: the newest signal.")
        band = st.pills(
            "Band", list(BANDS), key="band", bind="query-params", on_change=listing.start_over, help="By score"
        )
    word = plain(search)[:LONGEST]
    company_id, company = _company(visit)
    owner_id = {"All": None, "Team": ANY_MEMBER, "Me": visit.member_id or NOBODY}[scope]
    asked = PeopleAsked(word, owner_id, BANDS.get(band or ""), company_id, cast(Sort, SORTS[sort]))
    active = [
        (word, f"Search: {word}", lambda: _set("q", "")),
        (scope != "All", f"Whose: {scope}", lambda: _set("owner", "All")),
        (band, f"Band: {band}", lambda: _set("band", None)),
        (company_id, f"Company: {company}", _no_company),
    ]
    return Filters(asked, tuple(Chip(words, clear) for on, words, clear in active if on))


def _choice(label: str, options: tuple[str, ...], key: str, says: str) -> str:
    """One of a few, the first unless another is chosen."""
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        bind="query-params",
        help=says,
        on_change=listing.start_over,
    )
    return chosen or options[0]


def _set(key: str, value: str | None) -> None:
    st.session_state[key] = value


def _no_company() -> None:
    st.query_params.pop("company", None)


def _company(visit: Visit) -> tuple[UUID | None, str]:
    """The company named in the address."""
    try:
        company_id = UUID(st.query_params.get("company", ""))
    except ValueError:
        return None, ""
    with visit.read() as conn:
        found = find_company(conn, visit.workspace_id, company_id, scope=visit.viewer.scope)
    return company_id, "unknown" if found is None else found.name


def _page(visit: Visit, page: PeoplePage, found: int, filters: Filters) -> None:
    """Draw the rows of a page, or why there are none."""
    if page.rows:
        titles, own = reads.titles(visit), wording(visit)
        counted = listing.counted(found, own.one("person").lower(), own.many("person").lower())
        said = f"{counted}. Scores as they were last computed."
        listing.table("people", said, [_line(visit, row, titles, own) for row in page.rows])
    elif filters.active:
        listing.empty(EMPTY, "Nobody here matches the filter or the search.", filters.active)
    else:
        listing.empty(EMPTY, "There are no people in this workspace yet.", ())
    listing.pages(page.following)


def _line(visit: Visit, row: ListedPerson, titles: Mapping[str, str], own: Wording) -> dict[str, Cell]:
    touched = ""
    if row.last_at:
        touched = f"{opening(name_of(row.last_type, titles))} · {age(row.last_at, visit.now)}"
    state = "Do not contact" if row.do_not_contact else ""
    lifecycle = LIFECYCLES.get(row.lifecycle, row.lifecycle.capitalize())
    return {
        own.one("person"): Cell(row.name or "No name", listing.address("/person", visit.link(id=str(row.person_id)))),
        "Score": Cell("no data" if row.priority is None else f"{row.priority:.0f}"),
        "Band": Cell(row.band.capitalize()),
        own.one("company"): Cell(row.company or ""),
        "Owner": Cell(row.owner or ""),
        "Lifecycle": Cell(lifecycle),
        "Last touch": Cell(touched or "none yet"),
        "E-mail": Cell(row.email or ""),
        "Phone": Cell(row.phone or ""),
        "Contact": Cell(state),
    }


def _exports(visit: Visit, filters: Filters) -> None:
    """The links that take the list away as it is filtered, all pages of it, and what was taken before."""
    st.divider()
    query = {"workspace": visit.workspace.subdomain, **filters_of(filters.asked)}
    label = "Export all these people" if filters.active else "Export everybody"
    export_links("people", "People", query, label=label)
    opened = st.expander("Exports so far", key="exports_log", on_change="rerun")
    if opened.open:
        with visit.read() as conn:
            taken = list_exports(conn, visit.workspace_id, limit=EXPORTS_SHOWN, scope=visit.viewer.scope)
        lines = [
            {
                "When": Cell(age(one.exported_at, visit.now)),
                "What": Cell(one.what),
                "Format": Cell(one.format),
                "Rows": Cell(f"{one.row_count:,}"),
            }
            for one in taken
        ]
        with opened:
            if lines:
                listing.table("exports", "The last exports of this workspace", lines)
            else:
                st.write("Nothing has been exported yet.")
