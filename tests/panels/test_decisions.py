"""What a member decides about a card shows on the panel at once, on both engines, and can be taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from cockpit.bootstrap import Cockpit
from cockpit.errors import Conflict, InvalidInput
from cockpit.ingestion.decisions import Decision, dismiss, snooze, undo
from cockpit.ingestion.receive import receive
from cockpit.ingestion.refresh import refresh_due
from cockpit.model.ids import WorkspaceId
from cockpit.model.panel import SuggestedAction
from cockpit.model.viewer import whole_workspace
from cockpit.panels.registry import all_panels, rows

SECOND = timedelta(seconds=1)


@pytest.fixture
def ana(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> Cockpit:
    """Ana sounded unhappy and has called: two things to do."""
    signals = [
        {
            "source_event_id": kind,
            "type": kind,
            "occurred_at": now - timedelta(hours=hours),
            "external_id": "ana",
            "phone": "+33612345678",
        }
        for kind, hours in (("NEGATIVE_SENTIMENT", 5), ("MISSED_CALL", 2))
    ]
    receive(cockpit, workspace, signals, now)
    return cockpit


def cards(cockpit: Cockpit, workspace: WorkspaceId, at: datetime) -> list[SuggestedAction]:
    """The cards on the panel, which an index and a replay agree on."""
    live = all_panels(cockpit.db, workspace, now=at)
    assert live == all_panels(cockpit.db, workspace, now=at, as_of=at)
    return [row.suggested_action for row in live["suggested_actions"].rows if row.suggested_action]


def about(cockpit: Cockpit, workspace: WorkspaceId, at: datetime) -> Decision:
    [row] = rows(cockpit.db, workspace, "suggested_actions", now=at).rows
    assert row.suggested_action
    assert row.person_id
    return Decision(UUID(row.suggested_action.action_id), UUID(row.person_id), whole_workspace(workspace), at)


def test_a_snoozed_card_gives_way_and_comes_back(ana: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    until = now + timedelta(hours=3)
    [before] = cards(ana, workspace, now)
    snooze(ana.db, about(ana, workspace, now), until)
    assert [card.type for card in cards(ana, workspace, now)] == ["ESCALATE_TO_SALES"]
    assert [card.type for card in cards(ana, workspace, until - SECOND)] == ["ESCALATE_TO_SALES"]
    [back] = cards(ana, workspace, until)
    assert back.action_id == before.action_id
    refresh_due(ana, workspace, until)
    assert cards(ana, workspace, until) == [back]


def test_a_dismissed_action_stays_away_for_its_time(ana: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    until = dismiss(ana.db, about(ana, workspace, now), "ALREADY_DONE")
    again = {"source_event_id": "2", "type": "MISSED_CALL", "occurred_at": now, "external_id": "ana"}
    receive(ana, workspace, [again], now + timedelta(minutes=1))
    for at in (now + timedelta(minutes=1), until - SECOND):
        assert "CALL_LEAD" not in [card.type for card in cards(ana, workspace, at)]
    assert [card.type for card in cards(ana, workspace, until)] == ["CALL_LEAD"]


def test_undo_within_ten_seconds_leaves_no_trace(ana: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    before, decision = cards(ana, workspace, now), about(ana, workspace, now)
    dismiss(ana.db, decision, "NOT_NOW")
    undo(ana.db, Decision(decision.action_id, decision.person_id, whole_workspace(workspace), now + 10 * SECOND))
    assert cards(ana, workspace, now) == before


def test_undo_after_ten_seconds_is_refused(ana: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    decision = about(ana, workspace, now)
    snooze(ana.db, decision, now + timedelta(days=1))
    with pytest.raises(Conflict, match="too late"):
        undo(ana.db, Decision(decision.action_id, decision.person_id, whole_workspace(workspace), now + 11 * SECOND))


def test_a_second_tab_does_nothing_twice(ana: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    decision = about(ana, workspace, now)
    dismiss(ana.db, decision, "NOT_NOW")
    after = cards(ana, workspace, now)
    with pytest.raises(Conflict, match="not open"):
        dismiss(ana.db, decision, "NOT_NOW")
    with pytest.raises(Conflict, match="not open"):
        snooze(ana.db, decision, now + timedelta(days=1))
    assert cards(ana, workspace, now) == after


def test_bad_decisions_are_refused(ana: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    decision, before = about(ana, workspace, now), cards(ana, workspace, now)
    with pytest.raises(InvalidInput, match="no reason"):
        dismiss(ana.db, decision, "BECAUSE")
    for until in (now, now - SECOND, now + timedelta(days=400)):
        with pytest.raises(InvalidInput, match="next year"):
            snooze(ana.db, decision, until)
    assert cards(ana, workspace, now) == before
