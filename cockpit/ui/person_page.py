"""`/person?id=`: one person, what to do, why, and the story so far."""

from __future__ import annotations

import streamlit as st

from cockpit.ui.frame import Visit


def show(visit: Visit) -> None:
    """Draw the page of the person named in the address."""
    st.title("Person")
