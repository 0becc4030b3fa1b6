"""The Next-up bar: the current lead of the queue, what to do about it, and the way to the one before and after."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cockpit.model.panel import PanelRow
from cockpit.panels.registry import PANELS
from cockpit.ui import state
from cockpit.ui.components import action_bar
from cockpit.ui.components.failure import UNAVAILABLE
from cockpit.ui.frame import Visit, open_page
from cockpit.ui.words import safe_text


def show(visit: Visit, rows: Sequence[PanelRow] | None) -> None:
    """Draw the bar for the queue; `rows` is None when the queue could not be read."""
    with st.container(border=True, key="next_up"):
        people = [row for row in rows or () if row.person_id]
        if not people:
            st.header("Next up", anchor=False)
            st.markdown(f"**{UNAVAILABLE}**" if rows is None else ":gray[All caught up: nothing is waiting here.]")
            return
        at = state.place([row.person_id for row in people])
        row = people[at]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.header(safe_text(row.name), anchor=False, width="content")
            action_bar.band_badge(row)
            st.caption(f"Next up in {PANELS[state.queue()].title}", width="content")
        action_bar.situation(visit, row)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            action_bar.buttons(visit, row)
            if st.button("Open", key="do_open", shortcut=visit.key("O"), icon=":material/open_in_new:"):
                open_page(visit, "person", id=row.person_id or "")
            steps(visit, [one.person_id for one in people], at)
        st.caption(action_bar.limits(visit, row))


def steps(visit: Visit, person_ids: Sequence[str | None], at: int) -> bool:
    """Back, where we are, on; answers whether the visitor moved."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="do_steps", width="content"):
        back = _step(visit, person_ids, at - 1, "Previous", "K")
        st.markdown(f"{at + 1} / {len(person_ids)}", width="content")
        return _step(visit, person_ids, at + 1, "Next", "J") or back


def _step(visit: Visit, person_ids: Sequence[str | None], to: int, label: str, key: str) -> bool:
    possible = 0 <= to < len(person_ids)
    return st.button(
        label,
        key=f"do_{label.lower()}",
        shortcut=visit.key(key),
        disabled=not possible,
        on_click=state.focus,
        args=(state.queue(), to, person_ids[to] if possible else None),
    )
