"""Where a visitor arrives: the one workspace of a member, or the one that the local owner picks; or why nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st

from cockpit.bootstrap import Cockpit
from cockpit.model.hosts import subdomain_in
from cockpit.model.principals import LOCAL_OWNER, membership_of
from cockpit.storage import workspaces
from cockpit.storage.database import Connection
from cockpit.storage.workspaces import Workspace
from cockpit.ui.words import safe_text

OFFERED = 200  # workspaces to pick from; any other one is reached by its name in the address
PRINCIPAL = "principal"  # in the state of a session: whose it is


class NoWorkspaceYet(Exception):
    """The owner of this machine is here, and there is none."""


def principal() -> str:
    """Who is here by the gate's header; a stranger is shown the way in, and the state of somebody else is dropped.

    Streamlit gives nobody a session of another principal; this looks again, at every run.
    """
    found = st.user.get("principal")
    if not isinstance(found, str) or (found != LOCAL_OWNER and membership_of(found) is None):
        sign_in()
    if st.session_state.setdefault(PRINCIPAL, found) != found:
        st.session_state.clear()
        st.session_state[PRINCIPAL] = found
    return found


def workspace_here(conn: Connection, cockpit: Cockpit, who: str) -> tuple[Workspace, bool]:
    """The workspace of this visit, and whether the visitor could be in another one."""
    member = membership_of(who)
    if member is not None:
        return workspaces.get_workspace_by_id(conn, member.workspace_id), False
    named = subdomain_in(st.context.headers.get("host", ""), cockpit.settings.base_domain)
    if named is not None:
        return workspaces.find_workspace(conn, named) or _no_such_workspace(named, way_out=False), False
    known = workspaces.list_workspaces(conn, limit=OFFERED)
    name = st.query_params.get("workspace") or st.session_state.get("workspace")
    if name is not None and name not in {one.subdomain for one in known}:
        known = (*known, *filter(None, [workspaces.find_workspace(conn, name)]))
    return _choose(known), len(known) > 1


def sign_in() -> NoReturn:
    """All that a stranger sees."""
    st.title("Sign in")
    if st.context.is_embedded:
        st.write("Your session has ended. Open this page again from your app.")
    else:
        st.write("Open the page from your app again, or use the sign-in page.")
        st.link_button("Go to the sign-in page", "/sign-in")
    st.stop()


def _choose(known: Sequence[Workspace]) -> Workspace:
    """The workspace named in the address, else the one of the last page, else the first real one."""
    if not known:
        raise NoWorkspaceYet
    by_name = {one.subdomain: one for one in sorted(known, key=lambda one: (one.is_demo, one.name.casefold()))}
    asked = st.query_params.get("workspace")
    if asked is not None and asked not in by_name:
        _no_such_workspace(asked, way_out=True)
    if len(by_name) == 1:
        return known[0]
    name = asked or st.session_state.get("workspace") or next(iter(by_name))
    chosen = by_name.get(name) or next(iter(by_name.values()))
    st.session_state["workspace"] = st.query_params["workspace"] = chosen.subdomain
    if st.context.is_embedded:  # inside a host there is no side bar
        return chosen
    with st.sidebar:
        st.selectbox(
            "Workspace",
            list(by_name),
            index=list(by_name).index(chosen.subdomain),
            format_func=lambda one: by_name[one].name,
            key=f"workspace_{chosen.subdomain}",
            help=f"The first {OFFERED}; any other by ?workspace= in the address." if len(known) >= OFFERED else None,
            on_change=_switch,
            args=(f"workspace_{chosen.subdomain}",),
        )
    return chosen


def _switch(key: str) -> None:
    """Go to the workspace that was picked; nothing of the one before stays behind."""
    picked = st.session_state[key]
    st.session_state.clear()
    st.query_params.from_dict({"workspace": picked})


def _no_such_workspace(asked: str, *, way_out: bool) -> NoReturn:
    st.title("No such workspace")
    st.markdown(f"There is no workspace called {safe_text(asked[:80])} here.")
    if way_out and st.button("Go to the cockpit", type="primary"):
        st.query_params.clear()
        st.rerun()
    st.stop()
