"""`/settings?tab=`: the workspace, who is in it, who may embed it, its keys, and one's own profile."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cockpit.ui import (
    settings_embedding,
    settings_guards,
    settings_hub,
    settings_keys,
    settings_members,
    settings_preset,
    settings_profile,
    settings_workspace,
)
from cockpit.ui.frame import Visit
from cockpit.ui.words import safe_text

TABS: dict[str, tuple[str, Callable[[Visit], None]]] = {
    "workspace": ("Workspace", settings_workspace.show),
    "members": ("Members", settings_members.show_members),
    "roles": ("Roles", settings_members.show_roles),
    "embedding": ("Embedding", settings_embedding.show),
    "api-keys": ("API keys", settings_keys.show),
    "hub": ("Hub", settings_hub.show),
    "guards": ("Guards", settings_guards.show),
    "preset": ("Preset", settings_preset.show),
    "profile": ("Profile", settings_profile.show),
}
# What a host calls some of them.
SAME = {"general": "workspace", "api-webhooks": "api-keys", "presets": "preset", "industry": "preset"}
# Areas that a host may ask for and that are no part of Sales Cockpit.
ELSEWHERE = {
    "experience": "Light or dark is chosen in the menu ⋮ at the top right, for this browser only.",
    "accounts": "Sales Cockpit connects no mail accounts.",
    "accounts/emails": "Sales Cockpit connects no mail accounts.",
    "accounts/calendars": "Sales Cockpit connects no calendars.",
    "objects": "The fields of people, companies and opportunities cannot be changed here.",
    "domains": "The address of a workspace is its subdomain; see the workspace settings.",
    "billing": "There is nothing to pay here.",
    "applications": "There are no apps to install here.",
}


def show(visit: Visit) -> None:
    """Draw the area named in the address."""
    asked = st.query_params.get("tab", "workspace")
    tab = SAME.get(asked, asked)
    st.title("Settings", anchor=False)
    if not visit.embedded:
        _areas(tab)
    if tab in TABS:
        TABS[tab][1](visit)
    else:
        _not_here(asked)


def _areas(here: str) -> None:
    """The way to the other areas; inside a host page, the host has it."""
    key = f"area_{here}"
    st.segmented_control(
        "Area",
        list(TABS),
        default=here if here in TABS else None,
        format_func=lambda tab: TABS[tab][0],
        key=key,
        on_change=_go,
        args=(key,),
        label_visibility="collapsed",
    )


def _go(key: str) -> None:
    """Show another area."""
    kept = {name: st.query_params[name] for name in ("workspace", "as_of") if name in st.query_params}
    st.query_params.from_dict({**kept, "tab": st.session_state[key] or "workspace"})


def _not_here(asked: str) -> None:
    """Say plainly that there is no such area."""
    st.header("These settings are not here", anchor=False)
    unknown = f"Sales Cockpit has no settings called {safe_text(asked[:80])}."
    st.markdown(safe_text(ELSEWHERE[asked]) if asked in ELSEWHERE else unknown)
