"""`/objects?type=`: the lists of people, companies and opportunities, and the workflows."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cockpit.ui import companies_list, frame, opportunities_list, people_list, workflows_page
from cockpit.ui.components import as_of
from cockpit.ui.frame import Visit
from cockpit.ui.wording import wording
from cockpit.ui.words import safe_text

LISTS: dict[str, Callable[[Visit], None]] = {
    "people": people_list.show,
    "companies": companies_list.show,
    "opportunities": opportunities_list.show,
}
ONE = {"people": "person", "companies": "company", "opportunities": "opportunity"}
WORKFLOWS = "workflows"  # a screen of its own, under an address of the lists
NOT_HERE = {"tasks": "Tasks", "notes": "Notes", "dashboards": "Dashboards"}


def show(visit: Visit) -> None:
    """Draw the list named in the address."""
    asked = st.query_params.get("type", "people")
    if asked == WORKFLOWS:
        workflows_page.show(visit)
        return
    if asked not in LISTS:
        _not_here(visit, asked)
        return
    if not st.context.is_embedded:
        _other_lists(visit, asked)
    as_of.banner(visit)
    if visit.as_of is not None:
        st.caption("Lists show what is stored today: only panels and people are shown as of then.")
    LISTS[asked](visit)


def _other_lists(visit: Visit, here: str) -> None:
    """The way to the other lists; inside a host page, the host has it."""
    titles = {name: wording(visit).many(one) for name, one in ONE.items()}
    st.segmented_control(
        "List",
        list(LISTS),
        default=here,
        required=True,
        format_func=titles.__getitem__,
        key=f"list_{here}",
        on_change=_go,
        args=(f"list_{here}",),
        label_visibility="collapsed",
    )


def _go(key: str) -> None:
    """Show another list, without what was asked of this one."""
    kept = {name: st.query_params[name] for name in ("workspace", "as_of") if name in st.query_params}
    chosen = st.session_state[key]
    for name in ("q", "owner", "band", "sort", "stage"):
        st.session_state.pop(name, None)
    st.query_params.from_dict({**kept, "type": chosen})


def _not_here(visit: Visit, asked: str) -> None:
    """Say plainly that there is no such list here."""
    if asked in NOT_HERE:
        st.title(NOT_HERE[asked], anchor=False)
        st.write("This list is not here yet.")
    else:
        st.title("No such list", anchor=False)
        st.markdown(f"There is no list called {safe_text(asked[:80])} here.")
    if st.button("Show the people", type="primary", key="to_people"):
        frame.open_page(visit, "objects", type="people")
