"""One's own profile: who is here, as what."""

from __future__ import annotations

import streamlit as st

from cockpit.storage.members import list_members
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.frame import Visit
from cockpit.ui.settings_members import TITLES
from cockpit.ui.words import age


def show(visit: Visit) -> None:
    """Draw who is here."""
    st.header("Profile", anchor=False)
    with visit.read() as conn:
        people = list_members(conn, visit.workspace_id)
    own = next((one for one in people if one.member_id == visit.member_id), None)
    facts = {
        "Name": own.name if own else "The owner of this machine",
        "E-mail": own.email if own else "",
        "Role": TITLES[visit.viewer.role],
        "Sees": "Everybody" if visit.viewer.scope is None else "The people they own",
        "Workspace": visit.workspace.name,
        "Member since": age(own.created_at, visit.now) if own else "",
    }
    lines = [{"What": Cell(name), "Value": Cell(value)} for name, value in facts.items() if value]
    listing.table("profile", "Who is here", lines)
    st.caption("Light or dark is chosen in the menu ⋮ at the top right; single keys are switched in the side bar.")
