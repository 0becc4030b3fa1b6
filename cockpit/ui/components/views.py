"""The saved views of a list: one click sets its filters; admins save what they filtered, and take views away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cockpit.access import view_editor
from cockpit.errors import CockpitError
from cockpit.model.roles import Permission
from cockpit.ui.components import listing
from cockpit.ui.frame import Visit
from cockpit.ui.wording import View, wording
from cockpit.ui.words import safe_text

# The filters of each list and what they are when nobody has touched them.
FILTERS: Final[Mapping[str, Mapping[str, str | None]]] = MappingProxyType(
    {
        "people": {"q": "", "owner": "All", "sort": "Priority", "band": None},
        "companies": {"q": ""},
        "opportunities": {"q": "", "stage": "All stages"},
    }
)


def show(visit: Visit, listed: str, above: DeltaGenerator) -> None:
    """Draw the views above the filters, once those are known."""
    views = wording(visit).views(_page(listed))
    may = visit.may(Permission.MANAGE_SETTINGS) and visit.as_of is None
    if not views and not may:
        return
    now = _now(listed)
    here = next((one.key for one in views if _filters(listed, one.query) == _filters(listed, now)), None)
    with above, st.container(horizontal=True, vertical_alignment="center", key="views"):
        if views:
            _pills(listed, views, here)
        if may:
            _change(visit, listed, next((one for one in views if one.key == here), None), now)


def _pills(listed: str, views: Sequence[View], here: str | None) -> None:
    key = f"views_{listed}_{here}"  # another key for another choice: what is marked follows the filters
    st.pills(
        "Views",
        [one.key for one in views],
        default=here,
        format_func={one.key: one.title for one in views}.__getitem__,
        key=key,
        on_change=_open,
        args=(listed, {one.key: one.query for one in views}, key),
        label_visibility="collapsed",
        width="content",
    )


def _open(listed: str, views: Mapping[str, Mapping[str, str]], key: str) -> None:
    """Set the filters of the view; of none, where it was clicked away."""
    query = views.get(st.session_state[key] or "", {})
    listing.start_over()
    st.query_params.pop("company", None)
    for name, value in _filters(listed, query).items():
        if st.session_state.get(name) != value:
            st.session_state[name] = value


def _change(visit: Visit, listed: str, here: View | None, now: Mapping[str, str]) -> None:
    """Save the filters under a name, or take the view away that is shown."""
    if here is not None:
        label = f"Take {safe_text(here.title)} away"
        st.button(label, key="view_remove", type="tertiary", on_click=_remove, args=(visit, here))
    elif now:
        with st.popover("Save view", icon=":material/bookmark_add:", key="view_save_as"):
            st.text_input("Name of the view", key="view_name", max_chars=view_editor.LONGEST_NAME)
            st.caption("Everybody in the workspace sees it.")
            st.button("Save", key="view_save", type="primary", on_click=_save, args=(visit, listed, now))


def _save(visit: Visit, listed: str, now: Mapping[str, str]) -> None:
    name, page = st.session_state["view_name"], _page(listed)
    try:
        view_editor.save_view(visit.cockpit.db, visit.viewer, name=name, page=page, query=urlencode(now), now=visit.now)
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:")
        return
    st.toast(f"{safe_text(name)} is saved.", icon=":material/check:")


def _remove(visit: Visit, view: View) -> None:
    try:
        view_editor.remove_view(visit.cockpit.db, visit.viewer, view.key, visit.now)
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:")


def _page(listed: str) -> str:
    return f"/objects/{listed}"


def _now(listed: str) -> dict[str, str]:
    """The filters that are set."""
    usual = FILTERS[listed]
    there = {name: st.session_state.get(name) for name in usual}
    return {name: str(value) for name, value in there.items() if value not in (None, "", usual[name])}


def _filters(listed: str, query: Mapping[str, str]) -> dict[str, str | None]:
    """Every filter of a list as a query sets it."""
    return {name: query.get(name, usual) for name, usual in FILTERS[listed].items()}
