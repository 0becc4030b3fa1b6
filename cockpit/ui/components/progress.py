"""Says, as it happens, what becomes of the executions that were begun in this tab."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import streamlit as st

from cockpit.storage.attempts import FAILED_NOT_SENT, UNKNOWN, Attempt
from cockpit.ui import reads, state
from cockpit.ui.execution_words import ENDED, standing_of
from cockpit.ui.frame import Visit
from cockpit.ui.words import safe_text

FOLLOW_FOR = timedelta(minutes=3)
SECONDS_SHOWN = 8


def show(visit: Visit) -> None:
    """Watch while there is something to watch."""
    if visit.as_of is None and state.followed():
        _watch(visit)


@st.fragment(run_every="2s")
def _watch(visit: Visit) -> None:
    now = datetime.now(UTC)
    for one in state.followed():
        attempt = reads.execution(visit, one.attempt_id)
        if attempt is None or now - one.at > FOLLOW_FOR:
            state.unfollow(one.attempt_id)
        else:
            _tell(visit, one, attempt, now)


def _tell(visit: Visit, one: state.Followed, attempt: Attempt, now: datetime) -> None:
    """Say what is new; that it waits to go out the undo bar says."""
    standing = standing_of(attempt, now, visit.workspace.time_zone)
    news = standing.label if standing.label == "Waiting" else standing.line
    if standing.label not in ("Waiting", "Sending") and news != one.told:
        bad = attempt.state in (FAILED_NOT_SENT, UNKNOWN, "BLOCKED")
        icon = ":material/error:" if bad else ":material/outgoing_mail:"
        st.toast(f"{safe_text(one.what)}. {safe_text(standing.line)}", icon=icon, duration=SECONDS_SHOWN)
    if attempt.state in ENDED:
        state.unfollow(one.attempt_id)
    elif news != one.told:
        state.follow(replace(one, told=news))
