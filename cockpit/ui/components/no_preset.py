"""What an empty place says that an industry preset would fill: the way to the presets, for whoever may choose one."""

from __future__ import annotations

import streamlit as st

from cockpit.model.roles import Permission
from cockpit.ui.frame import Visit, open_page


def way(visit: Visit) -> None:
    """Draw the way to the presets."""
    if not visit.may(Permission.MANAGE_SETTINGS):
        st.caption("An admin chooses one in the settings.")
    elif st.button("Choose a preset", key="choose_preset", icon=":material/arrow_forward:"):
        open_page(visit, "settings", tab="preset")
