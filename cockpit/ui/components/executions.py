"""What was done for a person through the Hub and how it stands; it follows what is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.model.roles import Permission
from cockpit.storage.attempts import RESERVED, UNKNOWN, Attempt
from cockpit.storage.suggestions import get_suggestion
from cockpit.ui import outreach, reads, state
from cockpit.ui.execution_words import ENDED, NOT_SENT, standing_of, title_of
from cockpit.ui.frame import Visit
from cockpit.ui.words import age, plain, safe_text

SHOWN = 5
LIVE_FOR = timedelta(minutes=10)  # after that an outcome may take days: a reload shows it


def show(visit: Visit, person_id: str) -> None:
    """Draw the newest ones, where there are any; of the past nothing is kept that could be shown."""
    if visit.as_of is not None:
        return
    found = reads.executions(visit, person_id, SHOWN)
    if not found:
        return
    with st.container(border=True, key="executions"):
        st.header("Outreach", anchor=False)
        st.session_state[f"drawn_{person_id}"] = _marks(found)
        if any(_moves(one, visit.now) for one in found):
            _live(visit, person_id)
        else:
            _draw(visit, found)


@st.fragment(run_every="2s")
def _live(visit: Visit, person_id: str) -> None:
    """The same every other second; when something has happened, the whole page follows: score, receipt, timeline."""
    found = reads.executions(visit, person_id, SHOWN)
    if _marks(found) != st.session_state.get(f"drawn_{person_id}"):
        st.rerun()
    _draw(visit, found)


def _draw(visit: Visit, found: Sequence[Attempt]) -> None:
    now = datetime.now(UTC)
    rows = "".join(_row(visit, one, now) for one in found)
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("When", "What", "How it stands"))
    st.html(f'<table class="receipt"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>')
    if visit.may(Permission.DECIDE):
        _offers(visit, found)


def _row(visit: Visit, attempt: Attempt, now: datetime) -> str:
    """The HTML of one execution; every text is escaped."""
    standing = standing_of(attempt, now, visit.workspace.time_zone)
    by = visit.members.get(attempt.requested_by) if attempt.requested_by else None
    how = f"by rule {attempt.rule_key}" if attempt.rule_key else f"by {by}" if by else "by hand"
    return (
        f"<tr><td>{escape(age(attempt.created_at, now))}</td>"
        f"<td>{escape(plain(title_of(attempt.action_type)))}<small>{escape(plain(how))}</small></td>"
        f"<td><b>{escape(plain(standing.label))}</b><small>{escape(plain(standing.sentence))}</small></td></tr>"
    )


def _offers(visit: Visit, found: Sequence[Attempt]) -> None:
    """What can still be done: take back what has not left; suggest again what did not leave."""
    for one in found:
        if one.state == RESERVED:
            label = f"Take back: {safe_text(title_of(one.action_type))}"
            st.button(label, key=f"take_back_{one.attempt_id}", on_click=_take_back, args=(visit, one))
    if found[0].state in NOT_SENT and _is_done(visit, found[0]):
        st.button("Suggest it again", key="suggest_again", on_click=_suggest_again, args=(visit, found[0]))


def _is_done(visit: Visit, attempt: Attempt) -> bool:
    """Whether its card still counts as carried out."""
    if attempt.action_id is None:
        return False
    try:
        with visit.read() as conn:
            card = get_suggestion(conn, visit.workspace_id, attempt.action_id, scope=visit.viewer.scope)
    except CockpitError:
        return False
    return card.state == "EXECUTED"


def _take_back(visit: Visit, attempt: Attempt) -> None:
    try:
        outreach.take_back(visit, str(attempt.attempt_id), datetime.now(UTC))
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:")
        return
    state.remember(None)
    state.unfollow(str(attempt.attempt_id))


def _suggest_again(visit: Visit, attempt: Attempt) -> None:
    try:
        outreach.suggest_again(visit, attempt, datetime.now(UTC))
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:")


def _marks(found: Sequence[Attempt]) -> tuple[tuple[str, ...], ...]:
    """What is worth drawing the page anew for."""
    return tuple((str(one.attempt_id), one.state, one.outcome or "", str(one.held_until)) for one in found)


def _moves(attempt: Attempt, now: datetime) -> bool:
    """Whether something may happen to it while somebody looks."""
    if attempt.state in ENDED or (attempt.state == UNKNOWN and attempt.execute_after is None):
        return False
    return now - max(attempt.updated_at, attempt.created_at) < LIVE_FOR or _soon(attempt, now)


def _soon(attempt: Attempt, now: datetime) -> bool:
    return attempt.execute_after is not None and attempt.execute_after - now < LIVE_FOR
