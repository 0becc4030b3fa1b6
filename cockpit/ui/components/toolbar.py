"""The top of the cockpit: title, freshness, refresh, and the filters, each of them part of the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.model.ids import ANY_MEMBER, MemberId
from cockpit.storage.workspaces import Workspace, get_workspace_by_id
from cockpit.ui import reads
from cockpit.ui.components import as_of
from cockpit.ui.frame import Visit
from cockpit.ui.words import age

FRESH, RECENT = timedelta(minutes=15), timedelta(hours=24)
NOBODY = MemberId(UUID(int=0))  # whose people are shown to somebody who is no member: nobody's
SCOPES = ("All", "Team", "Me")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the visitor asked to see."""

    scope: str
    owner_id: MemberId | None
    search: str
    as_cards: bool

    @property
    def narrow(self) -> bool:
        """Whether some rows may be hidden."""
        return self.scope != "All" or bool(self.search)


def show(visit: Visit) -> Filters:
    """Draw the top of the page and read its filters."""
    with st.container(horizontal=True, vertical_alignment="center", key="page_top"):
        st.title("Sales Cockpit", anchor=False, width="stretch")
        with st.container(width="content"):
            _freshness(visit)
        as_of.control(visit)
        st.button("Refresh", key="refresh", shortcut=visit.key("G"), icon=":material/refresh:")
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        scope = st.segmented_control(
            "Whose",
            SCOPES,
            default="All",
            required=True,
            key="owner",
            bind="query-params",
            help="Everybody, people with an owner, or your own",
        )
        search = st.text_input(
            "Search", key="q", bind="query-params", icon=":material/search:", placeholder="Name or company", width=280
        )
        layout = st.segmented_control(
            "Layout", ("Table", "Cards"), default="Table", required=True, key="layout", bind="query-params"
        )
    if visit.viewer.scope is not None:
        st.caption("You see the people you own. Administrators see everybody.")
    scope = scope or "All"
    owner_id = {"All": None, "Team": ANY_MEMBER, "Me": visit.member_id or NOBODY}[scope]
    return Filters(scope, owner_id, (search or "").strip(), layout == "Cards")


def _freshness(visit: Visit) -> None:
    """Say how old the newest signal is; at a past instant that is the newest one before it, and does not age."""
    if visit.as_of is None:
        freshness(visit)
    else:
        _badge(reads.last_signal(visit), visit.now, "Age of the newest signal then")


@st.fragment(run_every="5s")
def freshness(visit: Visit) -> None:
    """Say how old the newest signal is, and offer what has come since the page was drawn.

    The page is not drawn anew by itself: a list that moves under the hand, or an open drawer that closes, costs more
    than a key does. A feed that stopped must not look like a quiet day, so the age goes on.
    """
    there = _workspace_now(visit)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        _badge(there.last_received_at, datetime.now(UTC), "Age of the newest signal received")
        if there.data_version != visit.workspace.data_version and st.button(
            "Show what is new", key="show_news", type="primary", icon=":material/update:"
        ):
            st.rerun()


def _workspace_now(visit: Visit) -> Workspace:
    """The workspace as it is by now; as the page was drawn, where that cannot be read."""
    try:
        with visit.read() as conn:
            return get_workspace_by_id(conn, visit.workspace_id)
    except CockpitError:  # the panels say so where they are drawn
        return visit.workspace


def _badge(received: datetime | None, now: datetime, means: str) -> None:
    if received is None:
        st.badge("No signals yet", icon=":material/hourglass_empty:", color="gray")
        return
    old = now - received
    colour, word = (
        ("green", "Fresh") if old < FRESH else ("orange", "Last signal") if old < RECENT else ("red", "Stale")
    )
    st.badge(
        f"{word} · {age(received, now)}",
        icon=":material/sensors:",
        color=colour,  # type: ignore[arg-type]  # one of the three names above
        help=means,
    )
