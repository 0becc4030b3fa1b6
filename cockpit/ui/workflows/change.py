"""A change that a button asks for: what it did is said on the page that follows, a refusal in a toast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.ui.changes import DONE
from cockpit.ui.words import safe_text


def attempt(change: Callable[[datetime], str]) -> None:
    """Make it now; it answers what to say."""
    try:
        said = change(datetime.now(UTC))
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:", duration=8)
        return
    st.session_state[DONE] = said
