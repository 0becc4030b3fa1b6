"""The frame of every page: who is here, in which workspace, at what instant. `enter()` is a page's first statement."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import streamlit as st

from cockpit.access.viewers import viewer_of
from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError, InvalidInput, NotSignedIn
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.instants import parse_past, spelled
from cockpit.model.principals import EMBED, MAY_LOG_OUT
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage import members
from cockpit.storage.database import Connection
from cockpit.storage.workspaces import Workspace
from cockpit.ui import arrival, connection, first_workspace, setting_up_page
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
    embedded: bool = field(default=False)  # inside a page of a host, which has the navigation

    @property
    def workspace_id(self) -> WorkspaceId:
        """The workspace of this visit."""
        return self.workspace.workspace_id

    @property
    def member_id(self) -> MemberId | None:
        """The member who is here."""
        return self.viewer.member_id

    def read(self) -> AbstractContextManager[Connection]:
        """A transaction that sees what exists for whoever is here."""
        return self.cockpit.db.read(self.workspace_id, self.viewer.scope)

    def may(self, permission: Permission) -> bool:
        """Whether the role of whoever is here allows it."""
        return self.viewer.may(permission)

    def key(self, key: str) -> str | None:
        """The key of a button, unless the visitor has turned single keys off."""
        return key if self.keys_on else None

    def link(self, **query: str) -> dict[str, str]:
        """The query of a link that stays in this workspace, at this instant and in this mode."""
        workspace = {"workspace": self.workspace.subdomain} if self.several else {}
        return {**workspace, **self.then, **query, **({"embed": "true"} if self.embedded else {})}

    @property
    def then(self) -> dict[str, str]:
        """The part of a query that keeps the past instant."""
        return {} if self.as_of is None else {"as_of": spelled(self.as_of)}


def enter() -> Visit:
    """Let a signed-in person in, or draw why not and stop."""
    who = arrival.principal()
    st.html('<script src="/session.js"></script>', unsafe_allow_javascript=True)
    try:
        return _visit(connection.cockpit(), who)
    except NotSignedIn:
        arrival.sign_in()
    except arrival.NoWorkspaceYet:
        first_workspace.show(connection.cockpit())
    except CockpitError as error:
        log.exception("a page could not be opened")
        failure.page_failed(error)
        st.stop()


def is_embedded() -> bool:
    """Whether the host around us has the navigation: by the address, and for a session of a frame in any case."""
    return bool(st.context.is_embedded) or st.user.get("mode") == EMBED


def open_page(visit: Visit, name: str, **query: str) -> NoReturn:
    """Go to another page, in the same workspace."""
    kept = {key: value for key, value in visit.link(**query).items() if key != "embed"}  # Streamlit keeps that itself
    st.switch_page(PAGES / f"{name}.py", query_params=kept)


def _visit(cockpit: Cockpit, who: str) -> Visit:
    # all workspaces: this is how the workspace of a visit is found
    with cockpit.db.read() as conn:
        chosen, several = arrival.workspace_here(conn, cockpit, who)
        viewer = viewer_of(conn, cockpit.settings, chosen, who)
        people = members.list_members(conn, chosen.workspace_id)
    if chosen.status != setting_up_page.READY:
        setting_up_page.show(chosen, viewer)
        st.stop()
    now, embedded = datetime.now(UTC), is_embedded()
    keys_on = True if embedded else _sidebar(chosen, viewer)
    as_of, fault = _asked_instant(now)
    names = {one.member_id: one.name for one in people}
    return Visit(cockpit, chosen, viewer, names, as_of or now, several, keys_on, as_of, fault, embedded)


def _asked_instant(now: datetime) -> tuple[datetime | None, str | None]:
    """The past instant in the address; a wrong one is said, and the page shows now."""
    asked = st.query_params.get("as_of")
    if not asked:
        return None, None
    try:
        return parse_past(asked, now), None
    except InvalidInput:
        return None, f"“{asked[:40]}” is no past instant like 2026-03-02T09:00:00Z, so this page shows now."


def _sidebar(workspace: Workspace, viewer: Viewer) -> bool:
    """The name of the workspace, its people as files, the personal switch; gives whether single keys act."""
    with st.sidebar:
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
        if st.user.get("mode") in MAY_LOG_OUT:
            st.html('<p><a class="log-out" href="/sign-out" target="_self">Log out</a></p>')
    return keys_on
