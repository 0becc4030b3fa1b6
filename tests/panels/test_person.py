"""All about one person: the row, the receipts, the suggestions, the timeline and the history agree with each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cockpit.bootstrap import Cockpit
from cockpit.errors import NotFound
from cockpit.ingestion.receive import receive
from cockpit.model.ids import WorkspaceId
from cockpit.panels.one_person import person_row
from cockpit.panels.person import SCORES, person_intelligence
from cockpit.panels.registry import rows

STORY = (
    ("FORM_SUBMITTED", 200),
    ("EMAIL_SENT", 190),
    ("EMAIL_REPLIED", 100),
    ("NEGATIVE_SENTIMENT", 50),
    ("MISSED_CALL", 2),
)


@pytest.fixture
def told(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> Cockpit:
    """A workspace in which Ana has a story and Bo has called once."""
    signals = [
        {"source_event_id": kind, "type": kind, "occurred_at": now - timedelta(hours=hours), "external_id": "ana"}
        for kind, hours in STORY
    ]
    other = {
        "source_event_id": "b",
        "type": "MISSED_CALL",
        "occurred_at": now - timedelta(hours=30),
        "external_id": "bo",
    }
    receive(cockpit, workspace, [*signals, other], now)
    return cockpit


def test_an_unknown_person(told: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    with pytest.raises(NotFound):
        person_intelligence(told.db, workspace, "nobody", now=now)


def test_it_agrees_with_the_panels(told: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    found = person_intelligence(told.db, workspace, "ana", now=now)
    on_panel = next(row for row in rows(told.db, workspace, "priority_leads", now=now).rows if row.external_id == "ana")
    assert replace(found.row, rank_value=on_panel.rank_value) == on_panel
    assert found.row == person_row(told.db, workspace, str(on_panel.person_id), now=now)
    assert found.suggestions[0] == on_panel.suggested_action
    assert [card.rank for card in found.suggestions] == sorted((card.rank for card in found.suggestions), reverse=True)
    assert {card.type for card in found.suggestions} >= {"CALL_LEAD", "ESCALATE_TO_SALES"}


def test_receipts_add_up_to_the_scores(told: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    found = person_intelligence(told.db, workspace, "ana", now=now)
    assert tuple(found.receipts) == SCORES
    shown = {"priority": found.row.score, "engagement": found.row.engagement, "intent": found.row.intent}
    for name, value in shown.items():
        assert sum(line.points for line in found.receipts[name].lines) == found.receipts[name].score
        assert float(found.receipts[name].score or 0) == value
    assert found.receipts["fit"].score is None
    assert found.explanation.place == 1
    assert found.explanation.counterfactuals


def test_the_timeline_is_paged_newest_first(told: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    first = person_intelligence(told.db, workspace, "ana", now=now, entries=3).timeline
    last = first[-1]
    key = (last.occurred_at, last.source, last.source_event_id)
    second = person_intelligence(told.db, workspace, "ana", now=now, entries=3, before=key).timeline
    assert [entry.type for entry in (*first, *second)] == [kind for kind, _ in reversed(STORY)]


def test_history_ends_now_and_begins_without_data(told: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    history = person_intelligence(told.db, workspace, "ana", now=now).history
    assert [at for at, _ in history] == sorted(at for at, _ in history)
    assert history[0][1] is None
    assert history[-1] == (now, person_intelligence(told.db, workspace, "ana", now=now).row.score)


def test_as_of_a_past_instant(told: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    then = now - timedelta(hours=150)
    found = person_intelligence(told.db, workspace, "ana", now=now, as_of=then)
    assert [entry.type for entry in found.timeline] == ["EMAIL_SENT", "FORM_SUBMITTED"]
    panel = rows(told.db, workspace, "priority_leads", now=now, as_of=then)
    assert [row.score for row in panel.rows] == [found.row.score]
    assert float(found.receipts["priority"].score or 0) == found.row.score
