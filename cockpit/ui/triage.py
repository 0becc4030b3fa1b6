"""What the buttons of the Next-up bar do: execute, snooze, dismiss with a reason, undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.ingestion import decisions
from cockpit.ingestion.decisions import DISMISS_REASONS, Decision
from cockpit.model.panel import PanelRow
from cockpit.ui import outreach, state
from cockpit.ui.frame import Visit
from cockpit.ui.words import next_morning, plain, safe_text, there

DEFAULT_SNOOZE = "Tomorrow 9:00"
Until = Callable[[Visit, PanelRow], datetime]


def _morning(days: int) -> Until:
    return lambda visit, row: next_morning(row.time_zone, visit.workspace.time_zone, visit.now, days=days)


SNOOZES: MappingProxyType[str, Until] = MappingProxyType(
    {
        "1 hour": lambda visit, _: visit.now + timedelta(hours=1),
        "4 hours": lambda visit, _: visit.now + timedelta(hours=4),
        DEFAULT_SNOOZE: _morning(1),
        "In 3 days": _morning(3),
        "Next week": _morning(7),
        "In 30 days": _morning(30),
    }
)


def until_words(visit: Visit, row: PanelRow, choice: str) -> str:
    """The instant a choice stands for, on the clock of the person."""
    return there(SNOOZES[choice](visit, row), row.time_zone, visit.workspace.time_zone).strftime("%a %d %b %H:%M")


def execute(visit: Visit, row: PanelRow) -> None:
    """Reserve the outreach of the card: it leaves when the undo bar has gone, and the queue moves on."""
    action, person_id = row.suggested_action, row.person_id
    if action is None or person_id is None or visit.as_of is not None:
        return
    now = datetime.now(UTC)
    if state.just_acted(now):
        return  # the second half of a double click, which by now lies on the button of the next lead
    try:
        reserved = outreach.carry_out(visit, person_id, action, now)
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:")
        return
    what = f"{plain(action.title)} for {plain(row.name)}"
    if not reserved.runs:
        st.toast(f"{safe_text(what)}: {safe_text(reserved.reason)}", icon=":material/block:", duration=8)
        return
    attempt_id = str(reserved.attempt.attempt_id)
    state.remember(state.Change(action.action_id, person_id, state.at(), f"{what} goes out", now, attempt_id))
    state.follow(state.Followed(attempt_id, what, now))
    state.acted(datetime.now(UTC))
    state.advance()


def snooze(visit: Visit, row: PanelRow, choice: str | None) -> None:
    """Put the card away; the queue moves on by itself."""
    if choice is None or row.suggested_action is None:
        return
    until = SNOOZES[choice](visit, row)
    sentence = f"Snoozed {plain(row.name)} until {until_words(visit, row, choice)}"
    _decide(visit, row, sentence, lambda decision: decisions.snooze(visit.cockpit.db, decision, until))


def mark_done(visit: Visit, row: PanelRow) -> None:
    """The card is for a colleague and was taken to one: it is done, and nothing is sent."""
    title = plain(row.suggested_action.title) if row.suggested_action else ""
    sentence = f"{title} for {plain(row.name)}: done"
    _decide(visit, row, sentence, lambda decision: decisions.complete(visit.cockpit.db, decision), by_hand=True)


@st.dialog("Dismiss this suggestion", width="small")
def dismiss_dialog(visit: Visit, row: PanelRow) -> None:
    """Ask for the reason; it decides for how long the action stays away."""
    st.markdown(f"**{safe_text(row.suggested_action.title if row.suggested_action else '')}** · {safe_text(row.name)}")
    for code, reason in DISMISS_REASONS.items():
        label = f"{reason.title} · not again for {reason.days} days"
        if st.button(label, key=f"dismiss_{code}", width="stretch"):
            _dismiss(visit, row, code)
            st.rerun()


def undo(visit: Visit, change: state.Change) -> None:
    """Take the last decision back."""
    state.remember(None)
    try:
        _take_back(visit, change, datetime.now(UTC))
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:")
        return
    state.focus(state.queue(), change.place, change.person_id or None)


def _take_back(visit: Visit, change: state.Change, now: datetime) -> None:
    if change.batch_id is not None:
        taken = outreach.take_back_batch(visit, change.batch_id, now)
        st.toast(f"{taken} taken back: nothing of them was sent.", icon=":material/undo:")
    elif change.attempt_id is not None:
        outreach.take_back(visit, change.attempt_id, now)
        state.unfollow(change.attempt_id)
    elif change.by_hand:
        decision = Decision(UUID(change.action_id), UUID(change.person_id), visit.viewer, now)
        with visit.cockpit.db.write(visit.workspace_id) as conn:
            decisions.reopen(conn, decision)
    else:
        decisions.undo(visit.cockpit.db, Decision(UUID(change.action_id), UUID(change.person_id), visit.viewer, now))


def _dismiss(visit: Visit, row: PanelRow, code: str) -> None:
    sentence = f"Dismissed for {plain(row.name)}: {DISMISS_REASONS[code].title.lower()}"
    _decide(visit, row, sentence, lambda decision: decisions.dismiss(visit.cockpit.db, decision, code))


def _decide(
    visit: Visit, row: PanelRow, sentence: str, act: Callable[[Decision], object], *, by_hand: bool = False
) -> None:
    """Do it at the instant of the click, and offer to undo it from then on."""
    action, person_id = row.suggested_action, row.person_id
    if action is None or person_id is None or visit.as_of is not None:
        return
    now = datetime.now(UTC)
    try:
        act(Decision(UUID(action.action_id), UUID(person_id), visit.viewer, now))
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:")
        return
    state.remember(state.Change(action.action_id, person_id, state.at(), sentence, now, by_hand=by_hand))
    state.advance()
