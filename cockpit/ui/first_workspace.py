"""What the owner of this machine sees where there is no workspace yet: a form that makes one, or the demo."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NoReturn
from zoneinfo import available_timezones

import streamlit as st

from cockpit.bootstrap import Cockpit
from cockpit.ingestion.demo.seed import seed_demo
from cockpit.ingestion.start import start_workspace
from cockpit.model.subdomains import LONGEST_NAME, check_name, check_subdomain
from cockpit.ui.changes import attempt


def show(cockpit: Cockpit) -> NoReturn:
    """Draw both ways to a first workspace."""
    st.title("No workspace yet", anchor=False)
    st.write("Make one for your team, or look around in invented data first.")
    _form(cockpit)
    with st.container(border=True, key="first_demo"):
        st.subheader("Look around first", anchor=False)
        st.write("501 invented people and what happened to them until now, in a workspace of its own.")
        if st.button("Load the demo", key="load_demo", icon=":material/science:"):
            with st.spinner("Making the demo…"):
                attempt(lambda: seed_demo(cockpit, datetime.now(UTC)))
    st.stop()


def _form(cockpit: Cockpit) -> None:
    zones = sorted(available_timezones())
    with st.form("first_workspace"):
        st.subheader("A workspace for your team", anchor=False)
        name = st.text_input("Name", max_chars=LONGEST_NAME, placeholder="My team")
        subdomain = st.text_input("Address", max_chars=30, placeholder="mine", help="In addresses: mine.localhost")
        zone = st.selectbox("Time zone", zones, index=zones.index("UTC"), help="Of its days; people have their own.")
        if st.form_submit_button("Make the workspace", key="make_workspace", type="primary"):
            attempt(lambda: _make(cockpit, name, subdomain, zone))


def _make(cockpit: Cockpit, name: str, subdomain: str, zone: str) -> None:
    called, address = check_name(name), check_subdomain(subdomain.strip().lower())
    # all workspaces: this one is not there yet
    with cockpit.db.write() as conn:
        start_workspace(conn, subdomain=address, name=called, time_zone=zone, now=datetime.now(UTC))
