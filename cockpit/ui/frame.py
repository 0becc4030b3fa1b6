"""The frame of every page: who is here, in which workspace, at what instant. `enter()` is a page's first statement."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import streamlit as st

from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError, InvalidInput
from cockpit.ingestion.start import OWNER_ROLE
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.instants import parse_past, spelled
from cockpit.model.principals import LOCAL_OWNER
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer, whole_workspace
from cockpit.storage import members, workspaces
from cockpit.storage.workspaces import Workspace
from cockpit.ui import connection
from cockpit.ui.components import failure
from cockpit.ui.components.exports import export_links
from cockpit.ui.components.legend import key_legend
from cockpit.ui.words import safe_text

PAGES = Path(__file__).parents[2] / "pages"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    """One run of one page: what it may read, and the instant for which it reads."""

    cockpit: Cockpit
    workspace: Workspace
    viewer: Viewer  # hand on its scope to every read, and itself to whatever needs a permission
    members: Mapping[MemberId, str]
    now: datetime
    several: bool
    keys_on: bool = field(default=True)
    as_of: datetime | None = None  # the same as `now` when that is a past instant: nothing can be changed there
    fault: str | None = None  # why the instant in the address is not shown

    @property
    def workspace_id(self) -> WorkspaceId:
        """The workspace of this visit."""
        return self.workspace.workspace_id

    @property
    def member_id(self) -> MemberId | None:
        """The member who is here."""
        return self.viewer.member_id

    def may(self, permission: Permission) -> bool:
        """Whether the role of whoever is here allows it."""
        return self.viewer.may(permission)

    def key(self, key: str) -> str | None:
        """The key of a button, unless the visitor has turned single keys off."""
        return key if self.keys_on else None

    def link(self, **query: str) -> dict[str, str]:
        """The query of a link that stays in this workspace and at this instant."""
        workspace = {"workspace": self.workspace.subdomain} if self.several else {}
        return {**workspace, **self.then, **query}

    @property
    def then(self) -> dict[str, str]:
        """The part of a query that keeps the past instant."""
        return {} if self.as_of is None else {"as_of": spelled(self.as_of)}


def enter() -> Visit:
    """Let a signed-in person in, or draw why not and stop."""
    if st.user.get("principal") != LOCAL_OWNER:
        _sign_in()
    try:
        return _visit(connection.cockpit())
    except CockpitError as error:
        log.exception("a page could not be opened")
        failure.page_failed(error)
        st.stop()


def open_page(visit: Visit, name: str, **query: str) -> NoReturn:
    """Go to another page, in the same workspace."""
    st.switch_page(PAGES / f"{name}.py", query_params=visit.link(**query))


def _sign_in() -> NoReturn:
    """All that a stranger sees."""
    st.title("Sign in")
    st.write("Open the link that the server printed when it started, or use the sign-in page.")
    st.link_button("Go to the sign-in page", "/sign-in")
    st.stop()


def _visit(cockpit: Cockpit) -> Visit:
    with cockpit.db.read() as conn:
        known = workspaces.list_workspaces(conn)
        chosen = _choose(known)
        people = members.list_members(conn, chosen.workspace_id)
    owner = next((one.member_id for one in people if one.role == OWNER_ROLE), None)
    now = datetime.now(UTC)
    viewer = whole_workspace(chosen.workspace_id, owner)
    with st.sidebar:
        keys_on = _sidebar(chosen, viewer)
    as_of, fault = _asked_instant(now)
    names = {one.member_id: one.name for one in people}
    return Visit(cockpit, chosen, viewer, names, as_of or now, len(known) > 1, keys_on, as_of, fault)


def _asked_instant(now: datetime) -> tuple[datetime | None, str | None]:
    """The past instant in the address; a wrong one is said, and the page shows now."""
    asked = st.query_params.get("as_of")
    if not asked:
        return None, None
    try:
        return parse_past(asked, now), None
    except InvalidInput:
        return None, f"“{asked[:40]}” is no past instant like 2026-03-02T09:00:00Z, so this page shows now."


def _choose(known: Sequence[Workspace]) -> Workspace:
    """The workspace named in the address, else the one of the last page, else the first real one."""
    if not known:
        _no_workspace()
    by_name = {one.subdomain: one for one in sorted(known, key=lambda one: (one.is_demo, one.name.casefold()))}
    asked = st.query_params.get("workspace")
    if asked is not None and asked not in by_name:
        _no_such_workspace(asked)
    if len(by_name) == 1:
        return known[0]
    name = asked or st.session_state.get("workspace") or next(iter(by_name))
    chosen = by_name.get(name) or next(iter(by_name.values()))
    st.session_state["workspace"] = st.query_params["workspace"] = chosen.subdomain
    with st.sidebar:
        st.selectbox(
            "Workspace",
            list(by_name),
            index=list(by_name).index(chosen.subdomain),
            format_func=lambda one: by_name[one].name,
            key=f"workspace_{chosen.subdomain}",
            on_change=_switch,
            args=(f"workspace_{chosen.subdomain}",),
        )
    return chosen


def _switch(key: str) -> None:
    """Go to the workspace that was picked; nothing of the one before stays behind."""
    picked = st.session_state[key]
    st.session_state.clear()
    st.query_params.from_dict({"workspace": picked})


def _no_such_workspace(asked: str) -> NoReturn:
    st.title("No such workspace")
    st.markdown(f"There is no workspace called {safe_text(asked[:80])} here.")
    if st.button("Go to the cockpit", type="primary"):
        st.query_params.clear()
        st.rerun()
    st.stop()


def _no_workspace() -> NoReturn:
    st.title("No workspace yet")
    st.write("Make one, or load the demo, then reload this page.")
    st.code("cockpit workspace create --subdomain mine --name 'My team'\ncockpit demo seed", language="sh")
    st.stop()


def _sidebar(workspace: Workspace, viewer: Viewer) -> bool:
    """The name of the workspace, its people as files, and the personal switch; gives whether single keys act."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{safe_text(workspace.name)}**", width="content")
        if workspace.is_demo:
            st.badge("Demo data", color="violet")
    if viewer.may(Permission.EXPORT):
        export_links("people", "People", {"workspace": workspace.subdomain}, label="All people")
    st.divider()
    keys_on: bool = st.toggle("Single-key shortcuts", value=True, key="single_keys", persist_state="session")
    if keys_on:
        st.html(key_legend())
    return keys_on
