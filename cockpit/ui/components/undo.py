"""The bar at the bottom that takes the last decision back, for ten seconds."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from cockpit.ui import state, triage
from cockpit.ui.frame import Visit
from cockpit.ui.words import safe_text


def show(visit: Visit) -> None:
    """Draw the bar while there is something to undo; otherwise the page has no bar at all."""
    if visit.as_of is not None:
        return
    change = state.last_change()
    if change is None or change.seconds_left(visit.now) <= 0:
        state.remember(None)
        return
    with st.bottom:
        _bar(visit)


@st.fragment(run_every="1s")
def _bar(visit: Visit) -> None:
    change = state.last_change()
    left = change.seconds_left(datetime.now(UTC)) if change else 0
    if change is None or left <= 0:
        state.remember(None)
        st.rerun()
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo_bar"):
        st.markdown(safe_text(_sentence(change, left)), width="content")
        if st.button("Undo", key="undo", shortcut=visit.key("U"), type="primary", icon=":material/undo:"):
            triage.undo(visit, change)
            st.rerun()
        if not change.goes_out:
            st.caption(f"{left:.0f} s", width="content")


def _sentence(change: state.Change, left: float) -> str:
    """What was done; of something that has yet to leave also when."""
    return f"{change.sentence} in {left:.0f} s" if change.goes_out else change.sentence
