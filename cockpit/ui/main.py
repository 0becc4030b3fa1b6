"""The Streamlit main script: which screens there are. Every page passes `frame.enter()` itself."""

from pathlib import Path

import streamlit as st

from cockpit.ui import frame, styles

PAGES = Path(__file__).parents[2] / "pages"

ICON = Path(__file__).with_name("icon.png")

st.set_page_config(page_title="Sales Cockpit", page_icon=str(ICON), layout="wide", initial_sidebar_state=230)
styles.apply()
screen = st.navigation(
    [
        st.Page(PAGES / "home.py", title="Home", default=True, visibility="hidden"),
        st.Page(PAGES / "cockpit.py", title="Cockpit", icon=":material/speed:", url_path="cockpit"),
        st.Page(PAGES / "objects.py", title="People", icon=":material/groups:", url_path="objects"),
        st.Page(PAGES / "automation.py", title="Automation", icon=":material/bolt:", url_path="automation"),
        st.Page(PAGES / "workflows.py", title="Workflows", icon=":material/account_tree:", url_path="workflows"),
        st.Page(PAGES / "settings.py", title="Settings", icon=":material/settings:", url_path="settings"),
        st.Page(PAGES / "setting_up.py", title="Setting up", url_path="setting_up", visibility="hidden"),
        st.Page(PAGES / "not_ours.py", title="Not ours", url_path="not_ours", visibility="hidden"),
        st.Page(PAGES / "person.py", title="Person", icon=":material/person:", url_path="person", visibility="hidden"),
    ],
    position="hidden" if frame.is_embedded() else "sidebar",
)
screen.run()
