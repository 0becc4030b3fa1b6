"""The bar that takes the last change of a rule back, for ten seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Database
from cockpit.ui.frame import Visit
from cockpit.ui.state import UNDO_SECONDS
from cockpit.ui.words import safe_text

LAST, TURN = "last_rule_change", "switch_turn"
Back = Callable[[Database, Viewer, datetime], object]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What was done, and what takes it back."""

    sentence: str
    at: datetime
    back: Back

    def seconds_left(self, now: datetime) -> float:
        """For how long it can still be undone."""
        return (self.at + timedelta(seconds=UNDO_SECONDS) - now).total_seconds()


def attempt(visit: Visit, change: Callable[[datetime], Back | None], sentence: str) -> bool:
    """Change something about a rule from a callback; a refusal is said, and what can be taken back is offered."""
    now = datetime.now(UTC)
    try:
        back = change(now)
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:", duration=8)
        return False
    if back is None:
        st.toast(safe_text(sentence), icon=":material/check:")
    st.session_state[LAST] = None if back is None else RuleChange(sentence, now, back)
    return True


def turn() -> int:
    """A part of the keys of switches: a late word from the browser must not reach one that was drawn anew."""
    return int(st.session_state.get(TURN, 0))


def next_turn() -> None:
    """Draw the switches anew, as things are stored."""
    st.session_state[TURN] = turn() + 1


def show(visit: Visit) -> None:
    """Draw the bar while there is something to undo."""
    change: RuleChange | None = st.session_state.get(LAST)
    if visit.as_of is not None or change is None or change.seconds_left(datetime.now(UTC)) <= 0:
        st.session_state[LAST] = None
        return
    with st.bottom:
        _bar(visit)


@st.fragment(run_every="1s")
def _bar(visit: Visit) -> None:
    change: RuleChange | None = st.session_state.get(LAST)
    left = change.seconds_left(datetime.now(UTC)) if change else 0
    if change is None or left <= 0:
        st.session_state[LAST] = None
        st.rerun()
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo_bar"):
        st.markdown(safe_text(change.sentence), width="content")
        if st.button("Undo", key="undo", shortcut=visit.key("U"), type="primary", icon=":material/undo:"):
            _take_back(visit, change)
            st.rerun()
        st.caption(f"{left:.0f} s", width="content")


def _take_back(visit: Visit, change: RuleChange) -> None:
    st.session_state[LAST] = None
    next_turn()
    try:
        change.back(visit.cockpit.db, visit.viewer, datetime.now(UTC))
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:", duration=8)
        return
    st.toast("It is as it was.", icon=":material/undo:")
