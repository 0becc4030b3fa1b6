"""`/cockpit`: the filters, the Next-up bar and the ten panels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from cockpit.exports.filters import filters_of
from cockpit.model.ids import MemberId
from cockpit.model.panel import PanelRow, PanelRows, PanelTotal
from cockpit.panels.registry import PANELS
from cockpit.storage.people_page import PeopleAsked
from cockpit.ui import reads, state
from cockpit.ui.components import as_of, held_tray, keys, next_up, panel, progress, toolbar, undo
from cockpit.ui.components.panel import Drawing
from cockpit.ui.components.row_table import WIDE
from cockpit.ui.frame import Visit
from cockpit.ui.words import plain

METRICS = ("priority_leads", "hot_leads", "follow_up_required", "stale_leads")


def show(visit: Visit) -> None:
    """Draw the cockpit."""
    keys.listen(visit)
    filters = toolbar.show(visit)
    as_of.banner(visit)
    with as_of.waiting(visit):
        found = {slug: _searched(rows, filters.search) for slug, rows in reads.panels(visit, filters.owner_id).items()}
        totals = reads.totals(visit, filters.owner_id)
        histories = reads.histories(visit, _people(found))
    _metrics(totals)
    queue = found[state.queue()]
    next_up.show(visit, None if isinstance(queue, Exception) else queue.rows)
    drawing = Drawing(visit, filters.as_cards, filters.narrow, histories, _query(visit, filters.owner_id))
    _panels(found, totals, drawing)
    held_tray.show(visit)
    undo.show(visit)
    progress.show(visit)


def _panels(found: reads.Found, totals: Mapping[str, PanelTotal], drawing: Drawing) -> None:
    """The first panel over the whole width, the others two by two where there is room."""
    for slug in (slug for slug in PANELS if slug in WIDE):
        panel.draw(slug, found[slug], _shown(found[slug], totals.get(slug)), drawing)
    with st.grid(2, min_column_width=480):
        for slug in PANELS:
            if slug not in WIDE:
                panel.draw(slug, found[slug], _shown(found[slug], totals.get(slug)), drawing)


def _metrics(totals: Mapping[str, PanelTotal]) -> None:
    """The four numbers of the morning."""
    with st.grid(4, min_column_width=150, key="metrics"):
        for slug in METRICS:
            text = totals[slug].text if slug in totals else "no data"
            st.metric(PANELS[slug].title, text, border=True, help=PANELS[slug].description)


def _searched(rows: PanelRows | Exception, search: str) -> PanelRows | Exception:
    """Only the rows with the word in the name or the company."""
    if isinstance(rows, Exception) or not search:
        return rows
    word = search.casefold()
    kept = tuple(row for row in rows.rows if word in f"{plain(row.name)} {plain(row.company)}".casefold())
    return replace(rows, rows=kept)


def _shown(rows: PanelRows | Exception, total: PanelTotal | None) -> str:
    """How many of how many."""
    if isinstance(rows, Exception) or not rows.rows:
        return ""
    return f"{len(rows.rows)} of {total.text}" if total and rows.more else str(len(rows.rows))


def _people(found: reads.Found) -> tuple[str, ...]:
    """Everybody who is shown, each once."""
    rows: list[PanelRow] = [row for one in found.values() if isinstance(one, PanelRows) for row in one.rows]
    return tuple(sorted({row.person_id for row in rows if row.person_id}))


def _query(visit: Visit, owner_id: MemberId | None) -> dict[str, str]:
    whose = filters_of(PeopleAsked(owner_id=owner_id))
    return {"workspace": visit.workspace.subdomain, **visit.then, **whose}
