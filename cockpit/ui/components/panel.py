"""One panel: its title, its rows as a table or as cards, its exports, or why there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from cockpit.model.panel import PanelRow, PanelRows
from cockpit.model.roles import Permission
from cockpit.panels.registry import PANELS
from cockpit.ui import frame, state
from cockpit.ui.components import bulk
from cockpit.ui.components.cards import cards
from cockpit.ui.components.exports import export_links
from cockpit.ui.components.failure import panel_failed
from cockpit.ui.components.row_table import (
    Columns,
    people_columns,
    people_table,
    rules_columns,
    rules_table,
    team_columns,
    team_table,
)
from cockpit.ui.frame import Visit
from cockpit.ui.words import safe_text

EMPTY = "No leads to show"
AUTOMATION = "automation_suggestions"
ROW_HEIGHT, LINES_SHOWN, CARDS_SHOWN = 35, 8, 5
Histories = Mapping[str, Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the panels of this run are drawn."""

    visit: Visit
    as_cards: bool
    filtered: bool
    histories: Histories
    query: Mapping[str, str]


def draw(slug: str, found: PanelRows | Exception, total: str, drawing: Drawing) -> None:
    """Draw a panel from its rows, or from the error that came instead."""
    panel = PANELS[slug]
    with st.container(border=True, key=f"panel_{slug}"):
        st.header(f"{panel.title} :gray[{total}]" if total else panel.title, anchor=False, help=panel.description)
        if isinstance(found, Exception):
            panel_failed(found, key=slug)
        elif not found.rows:
            _empty(found, drawing, panel.empty_cause)
        else:
            _rows(slug, found.rows, drawing)
            bulk.offer(drawing.visit, slug, found.rows)
            if drawing.visit.may(Permission.EXPORT):
                export_links(slug, panel.title, drawing.query)
        if slug == AUTOMATION and drawing.visit.as_of is None:
            _to_automation(drawing.visit)


def _to_automation(visit: Visit) -> None:
    """The way to where rules are written, rehearsed, switched and stopped."""
    if st.button("Rules, rehearsals and reports", key="to_automation", icon=":material/bolt:", type="tertiary"):
        frame.open_page(visit, "automation")


def _empty(found: PanelRows, drawing: Drawing, usual: str) -> None:
    """Say that there is nothing, and the likely cause."""
    st.markdown(f"**{EMPTY}**")
    cause = "Nobody here matches the filter or the search." if drawing.filtered else found.empty_cause or usual
    st.markdown(f":gray[{safe_text(cause)}]")


def _rows(slug: str, rows: Sequence[PanelRow], drawing: Drawing) -> None:
    """Draw the rows: as a table where there is room for one, as cards on a phone, or always as cards."""
    now, link = drawing.visit.now, drawing.visit.link()
    at_once = None if drawing.as_cards else CARDS_SHOWN
    html = cards(slug, rows, drawing.histories, now, link, at_once=at_once)
    if drawing.as_cards:
        st.html(html)
        return
    with st.container(key=f"wide_{slug}"):
        _table(slug, rows, drawing)
    with st.container(key=f"phone_{slug}"):
        st.html(html)


def _table(slug: str, rows: Sequence[PanelRow], drawing: Drawing) -> None:
    table, columns = _columns(slug, rows, drawing)
    height = ROW_HEIGHT * (min(len(rows), LINES_SHOWN) + 1) + 3
    key, alt = f"table_{slug}", f"{PANELS[slug].title}: {len(rows)} rows. {PANELS[slug].description}"
    if rows[0].person_id is None:
        st.dataframe(table, hide_index=True, height=height, column_config=columns, key=key, alt=alt)
        return
    st.session_state[key] = {"selection": {"rows": _selected(slug, rows), "columns": [], "cells": []}}
    st.dataframe(
        table,
        hide_index=True,
        height=height,
        column_config=columns,
        key=key,
        alt=alt,
        on_select=_select(slug, rows),
        selection_mode="single-row",
    )


def _columns(slug: str, rows: Sequence[PanelRow], drawing: Drawing) -> tuple[pd.DataFrame, Columns]:
    if slug == "team_activity":
        return team_table(rows), team_columns()
    if slug == AUTOMATION:
        return rules_table(rows), rules_columns()
    return people_table(slug, rows, drawing.histories, drawing.visit.now), people_columns(slug)


def _selected(slug: str, rows: Sequence[PanelRow]) -> list[int]:
    """The row of the current lead, marked in the panel that is being worked through."""
    if slug != state.queue():
        return []
    return [state.place([row.person_id for row in rows])]


def _select(slug: str, rows: Sequence[PanelRow]) -> Callable[[], None]:
    """When a row is picked, work through this panel from there on."""
    ids = [row.person_id for row in rows]  # the ids of what was drawn: an index may mean somebody else by now

    def picked() -> None:
        chosen = st.session_state[f"table_{slug}"]["selection"]["rows"]
        if chosen and chosen[0] < len(ids):
            state.focus(slug, chosen[0], ids[chosen[0]])

    return picked
