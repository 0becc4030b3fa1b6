"""What is drawn when something cannot be read: a sentence, a code to find it in the log, and a way on."""

from __future__ import annotations

import zlib

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.ui.words import safe_text

UNAVAILABLE = "Sales cockpit is not available yet."


def code_of(error: Exception) -> str:
    """A short code: the kind of error, and a number that is the same for the same fault."""
    return f"{type(error).__name__}-{zlib.crc32(str(error).encode()) % 10000:04d}"


def panel_failed(error: Exception, *, key: str) -> None:
    """Draw a panel that could not be read; the others stay alive."""
    st.markdown(f"**{UNAVAILABLE}**")
    st.caption(f"Code {code_of(error)}. The other panels are not affected.")
    st.button("Try again", key=f"retry_{key}", icon=":material/refresh:")


def page_failed(error: CockpitError) -> None:
    """Draw a page that could not be read at all."""
    st.title(UNAVAILABLE)
    st.write(safe_text(error.message))
    st.caption(f"Code {code_of(error)}")
    st.button("Try again", type="primary", icon=":material/refresh:")
