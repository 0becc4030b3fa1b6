"""Snooze, dismiss and undo: stored whole, seen on the panels at once, refused when they make no sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from cockpit.bootstrap import Cockpit
from cockpit.errors import Conflict, InvalidInput, NotFound
from cockpit.ingestion.decisions import DISMISS_REASONS, Decision, dismiss, snooze, undo
from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import SignalIn
from cockpit.model.ids import WorkspaceId
from cockpit.model.panel import SuggestedAction
from cockpit.model.viewer import whole_workspace
from cockpit.panels.registry import rows
from cockpit.storage.suggestions import get_suggestion

SECOND = timedelta(seconds=1)


def card(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> SuggestedAction | None:
    """What is suggested for the one person of the test."""
    found = rows(cockpit.db, workspace, "suggested_actions", now=now).rows
    return found[0].suggested_action if found else None


@pytest.fixture
def called(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> Decision:
    """Somebody called in vain; what a member is about to decide."""
    signal = SignalIn("MISSED_CALL", now - timedelta(minutes=9), external_id="a", name="Ana", phone="+12125550100")
    answer = receive(cockpit, workspace, [signal], now).items[0]
    action = card(cockpit, workspace, now)
    assert action
    assert answer.person_id
    return Decision(UUID(action.action_id), UUID(answer.person_id), whole_workspace(workspace), now)


def test_a_snoozed_card_comes_back_by_itself(
    cockpit: Cockpit, workspace: WorkspaceId, called: Decision, now: datetime
) -> None:
    snooze(cockpit.db, called, now + timedelta(hours=1))
    gone = card(cockpit, workspace, now + SECOND)
    assert gone is None or gone.action_id != str(called.action_id)
    back = card(cockpit, workspace, now + timedelta(hours=1, seconds=1))
    assert back
    assert back.action_id == str(called.action_id)


def test_a_dismissed_action_stays_away_for_the_time_of_its_reason(
    cockpit: Cockpit, workspace: WorkspaceId, called: Decision, now: datetime
) -> None:
    until = dismiss(cockpit.db, called, "NOT_NOW")
    assert until == now + timedelta(days=DISMISS_REASONS["NOT_NOW"].days)
    again = card(cockpit, workspace, now + SECOND)
    assert again is None or again.type != "CALL_LEAD"
    with cockpit.db.read() as conn:
        stored = get_suggestion(conn, workspace, called.action_id)
    assert (stored.state, stored.dismiss_reason, stored.previous_state) == ("DISMISSED", "NOT_NOW", "OPEN")


def test_undo_puts_everything_back(cockpit: Cockpit, workspace: WorkspaceId, called: Decision, now: datetime) -> None:
    before = card(cockpit, workspace, now)
    dismiss(cockpit.db, called, "ALREADY_DONE")
    undo(cockpit.db, Decision(called.action_id, called.person_id, whole_workspace(workspace), now + 9 * SECOND))
    assert card(cockpit, workspace, now) == before


def test_undo_is_refused_after_ten_seconds(
    cockpit: Cockpit, workspace: WorkspaceId, called: Decision, now: datetime
) -> None:
    snooze(cockpit.db, called, now + timedelta(days=1))
    with pytest.raises(Conflict, match="too late"):
        undo(cockpit.db, Decision(called.action_id, called.person_id, whole_workspace(workspace), now + 11 * SECOND))


def test_there_is_nothing_to_undo(cockpit: Cockpit, workspace: WorkspaceId, called: Decision) -> None:
    with pytest.raises(Conflict, match="nothing to undo"):
        undo(cockpit.db, called)


def test_two_members_cannot_decide_about_one_card(
    cockpit: Cockpit, workspace: WorkspaceId, called: Decision, now: datetime
) -> None:
    snooze(cockpit.db, called, now + timedelta(days=1))
    with pytest.raises(Conflict, match="not open any more"):
        dismiss(cockpit.db, called, "NOT_NOW")


@pytest.mark.parametrize("length", [timedelta(0), -SECOND, timedelta(days=400)])
def test_a_snooze_has_an_end_within_a_year(
    cockpit: Cockpit, workspace: WorkspaceId, called: Decision, now: datetime, length: timedelta
) -> None:
    with pytest.raises(InvalidInput):
        snooze(cockpit.db, called, now + length)


def test_a_dismissal_has_a_known_reason(cockpit: Cockpit, workspace: WorkspaceId, called: Decision) -> None:
    with pytest.raises(InvalidInput, match="ALREADY_DONE"):
        dismiss(cockpit.db, called, "BECAUSE")


def test_another_workspace_has_no_such_card(
    cockpit: Cockpit, workspace: WorkspaceId, other_workspace: WorkspaceId, called: Decision
) -> None:
    with pytest.raises(NotFound):
        dismiss(cockpit.db, replace(called, viewer=whole_workspace(other_workspace)), "NOT_NOW")
