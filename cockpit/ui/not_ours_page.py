"""`/not_ours?path=`: says plainly that a screen is not one of ours."""

from __future__ import annotations

import streamlit as st

from cockpit.ui import frame
from cockpit.ui.frame import Visit
from cockpit.ui.words import safe_text


def show(visit: Visit) -> None:
    """Say which screen was asked for, and offer ours."""
    path = st.query_params.get("path", "")
    st.title("Not one of our screens", anchor=False)
    named = f"{safe_text(path[:120])} is a valid address, but Sales Cockpit has no screen for it."
    st.markdown(named if path else "The link names a screen that Sales Cockpit does not have.")
    st.write("Nothing is wrong: there is just nothing to show here.")
    if st.button("Go to the cockpit", type="primary", key="to_cockpit"):
        frame.open_page(visit, "cockpit")
