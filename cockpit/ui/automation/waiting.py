"""The held tray of the screen: all that waits, why and until when, and what takes it back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from cockpit.automation.held import Held, list_held, list_names
from cockpit.errors import CockpitError
from cockpit.model.roles import Permission
from cockpit.storage.attempts import RESERVED
from cockpit.ui import outreach
from cockpit.ui.automation.sentences import counted
from cockpit.ui.changes import DONE
from cockpit.ui.components import held_tray, listing
from cockpit.ui.execution_words import title_of
from cockpit.ui.frame import Visit
from cockpit.ui.words import plain, safe_text

SHOWN: Final = 200
CHOSEN: Final = "held_chosen"


def show(visit: Visit) -> None:
    """Draw the tray."""
    with visit.read() as conn:
        waiting = list_held(conn, visit.viewer, limit=SHOWN)
        names = list_names(conn, visit.viewer, waiting)
    st.header("Waiting to go out", anchor=False)
    if not waiting:
        st.markdown(":gray[Nothing waits.]")
        return
    said = f"The first {SHOWN}" if len(waiting) == SHOWN else counted(len(waiting), "outreach", "outreaches")
    listing.table("held", f"{said}; what goes next comes first", held_tray.lines(visit, waiting, names))
    back = {str(one.attempt.attempt_id): one for one in waiting if one.attempt.state == RESERVED}
    if not back or visit.as_of is not None or not visit.may(Permission.DECIDE):
        return

    def named(key: str) -> str:
        attempt = back[key].attempt
        return f"{plain(names.get(attempt.person_id, '?'))}: {title_of(attempt.action_type)}"

    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = st.multiselect("Take back", list(back), format_func=named, key=CHOSEN, placeholder="Choose which")
        st.button(
            f"Take back {len(picked)}" if picked else "Take back",
            key="take_back_held",
            type="primary",
            disabled=not picked,
            on_click=_take_back,
            args=(visit, [back[one] for one in picked]),
        )


def _take_back(visit: Visit, chosen: list[Held]) -> None:
    taken, refused = 0, ""
    for one in chosen:
        try:
            outreach.take_back(visit, str(one.attempt.attempt_id), datetime.now(UTC))
            taken += 1
        except CockpitError as error:  # this one has left meanwhile; the others are still taken back
            refused = error.message
    st.session_state[CHOSEN] = []
    if refused:
        st.toast(safe_text(refused), icon=":material/error:", duration=8)
    if taken:
        st.session_state[DONE] = f"{counted(taken, 'outreach was', 'outreaches were')} taken back."
