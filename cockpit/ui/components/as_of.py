"""Looking back: the control that picks a past instant, the line that says so, and the wait while it is replayed."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

import streamlit as st

from cockpit.model.instants import EARLIEST, spelled
from cockpit.ui.frame import Visit
from cockpit.ui.words import instant_words, on_clock, safe_text, there

WAIT_HEIGHT = 320


def control(visit: Visit) -> None:
    """Draw what picks the instant, on the clock of the workspace."""
    zone = visit.workspace.time_zone
    chosen = "now" if visit.as_of is None else instant_words(visit.as_of, zone)
    mark = "now" if visit.as_of is None else str(int(visit.as_of.timestamp()))  # another instant, other widgets
    local = there(visit.now, None, zone)
    with st.popover(f"As of: {safe_text(chosen)}", icon=":material/history:", key=f"as_of_{mark}", width="content"):
        day = st.date_input(
            "Date",
            local.date(),
            min_value=EARLIEST.date(),
            max_value="today",
            key=f"as_of_date_{mark}",
        )
        st.time_input(f"Time in {zone}", local.time().replace(second=0, microsecond=0), key=f"as_of_time_{mark}")
        with st.container(horizontal=True):
            picked = day is not None
            st.button(
                "Show", key="as_of_show", type="primary", on_click=_look_back, args=(zone, mark), disabled=not picked
            )
            if visit.as_of is not None:
                st.button("Back to now", key="as_of_now", on_click=_back_to_now)


def banner(visit: Visit) -> None:
    """Say that this is the past, or why the instant in the address is not shown; nothing when this is now."""
    if visit.fault:
        st.warning(safe_text(visit.fault), icon=":material/history_toggle_off:")
    if visit.as_of is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="as_of_banner"):
        when = instant_words(visit.as_of, visit.workspace.time_zone)
        st.markdown(f"**As of {safe_text(when)}**: as it was then; nothing can be changed here", width="stretch")
        st.button("Back to now", key="banner_now", icon=":material/update:", on_click=_back_to_now)


def waiting(visit: Visit) -> AbstractContextManager[object]:
    """A skeleton in the place of what is read, where that means to replay the signals of everybody."""
    return nullcontext() if visit.as_of is None else st.skeleton(height=WAIT_HEIGHT)


def _look_back(zone: str, mark: str) -> None:
    """Put the picked instant into the address."""
    day, clock = st.session_state[f"as_of_date_{mark}"], st.session_state[f"as_of_time_{mark}"]
    if day is not None and clock is not None:
        st.query_params["as_of"] = spelled(on_clock(datetime.combine(day, clock), zone))


def _back_to_now() -> None:
    st.query_params.pop("as_of", None)
