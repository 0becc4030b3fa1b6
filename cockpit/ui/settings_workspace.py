"""Settings of the workspace: its name, its clock, and who becomes a member by coming in."""

from __future__ import annotations

from zoneinfo import available_timezones

import streamlit as st

from cockpit.access import administration
from cockpit.access.administration import JOIN_POLICIES
from cockpit.access.viewers import wall_of
from cockpit.model.roles import Permission
from cockpit.model.subdomains import LONGEST_NAME
from cockpit.ui.changes import attempt, only_looks, say_done
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.frame import Visit


def show(visit: Visit) -> None:
    """Draw the settings of the workspace."""
    st.header("Workspace", anchor=False)
    say_done()
    here = visit.workspace
    policy = str(here.settings.get("join_policy") or "invite")
    wall = wall_of(visit.cockpit.settings, here)
    facts = {
        "Name": here.name,
        "Address": here.subdomain,
        "Time zone": here.time_zone,
        "Who may join": JOIN_POLICIES.get(policy, policy),
        "Person wall": f"{'On' if wall.stands else 'Off'}. {wall.because}",
    }
    listing.table("facts", "As it is stored", [{"Setting": Cell(k), "Value": Cell(v)} for k, v in facts.items()])
    if only_looks(visit, visit.may(Permission.MANAGE_SETTINGS)):
        return
    _name(visit)
    _joining(visit, policy)


def _name(visit: Visit) -> None:
    """The form of the name and the clock."""
    zones = sorted(available_timezones() | {visit.workspace.time_zone})
    with st.form("workspace_name"):
        st.subheader("Name and time zone", anchor=False)
        name = st.text_input("Name", visit.workspace.name, max_chars=LONGEST_NAME)
        zone = st.selectbox("Time zone", zones, index=zones.index(visit.workspace.time_zone))
        if st.form_submit_button("Save", key="save_name", type="primary"):
            attempt(
                lambda: administration.rename(visit.cockpit.db, visit.viewer, name=name, time_zone=zone),
                "The name and the time zone are saved.",
            )


def _joining(visit: Visit, policy: str) -> None:
    """The form of who becomes a member by coming in."""
    policies = list(JOIN_POLICIES)
    stored = visit.workspace.settings.get("join_domains") or []
    with st.form("workspace_joining"):
        st.subheader("Who may join", anchor=False)
        chosen = st.radio(
            "People who come from a host application without being members yet",
            policies,
            index=policies.index(policy) if policy in policies else 0,
            format_func=JOIN_POLICIES.__getitem__,
        )
        domains = st.text_area(
            "Domains, one a line", "\n".join(map(str, stored)), placeholder="example.com", help="For the second choice"
        )
        st.caption("Nobody becomes an admin by joining.")
        if st.form_submit_button("Save", key="save_joining", type="primary"):
            attempt(
                lambda: administration.set_join_policy(
                    visit.cockpit.db, visit.viewer, chosen or "invite", domains.splitlines()
                ),
                "Who may join is saved.",
            )
