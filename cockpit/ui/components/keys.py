"""Enter, the one key that Streamlit's own shortcuts cannot be trusted with; see `cockpit/api/keys.js`."""

from __future__ import annotations

import streamlit as st

from cockpit.ui.frame import Visit


def listen(visit: Visit) -> None:
    """Load the script; it acts on the button that is marked for it, and only while no control has the focus."""
    if visit.keys_on:
        st.html('<script src="/keys.js"></script>', unsafe_allow_javascript=True)
