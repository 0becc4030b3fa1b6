"""The worker keeps standings true and finishes what a crash left."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from cockpit.bootstrap import Cockpit
from cockpit.ingestion.receive import receive
from cockpit.model.ids import WorkspaceId
from cockpit.storage.pending import count_pending, insert_everybody
from cockpit.storage.scores import list_due, list_scores
from cockpit.storage.suggestions import list_suggestions, replace_state
from cockpit.storage.work_due import list_workspaces_with_work
from cockpit.worker.refresh import RefreshWorker, refresh_once


@pytest.fixture
def person(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> str:
    signal = {"type": "MISSED_CALL", "occurred_at": now - timedelta(hours=1), "external_id": "x1"}
    return str(receive(cockpit, workspace, [signal], now).items[0].person_id)


def test_due_scores_are_computed_again(cockpit: Cockpit, workspace: WorkspaceId, now: datetime, person: str) -> None:
    later = now + timedelta(days=40)
    with cockpit.db.read() as conn:
        before = list_scores(conn, workspace, [person])
        assert list_due(conn, workspace, later).height == 1
    assert refresh_once(cockpit, now) == 0
    assert refresh_once(cockpit, later) == 1
    with cockpit.db.read() as conn:
        after = list_scores(conn, workspace, [person])
        assert list_due(conn, workspace, later).is_empty()
    assert after["computed_at"][0] == later
    assert after["priority"][0] < before["priority"][0]


def test_people_left_by_a_crash_are_restated(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime, person: str
) -> None:
    with cockpit.db.write() as conn:
        insert_everybody(conn, workspace)
    assert refresh_once(cockpit, now) == 1
    with cockpit.db.read() as conn:
        assert count_pending(conn, workspace) == 0
        assert list_scores(conn, workspace, [person])["computed_at"][0] == now


def test_snoozed_card_wakes_up(cockpit: Cockpit, workspace: WorkspaceId, now: datetime, person: str) -> None:
    until = now + timedelta(hours=1)
    with cockpit.db.write() as conn:
        [card] = list_suggestions(conn, workspace, [person]).filter(state="OPEN")["action_id"]
        replace_state(conn, workspace, UUID(card), state="SNOOZED", changed_at=now, snoozed_until=until)
    refresh_once(cockpit, now + timedelta(minutes=59))
    with cockpit.db.read() as conn:
        cards = list_suggestions(conn, workspace, [person])
        assert cards.filter(action_id=card)["state"].to_list() == ["SNOOZED"]
    refresh_once(cockpit, until)
    with cockpit.db.read() as conn:
        cards = list_suggestions(conn, workspace, [person])
    assert cards.filter(action_id=card)["state"].to_list() == ["OPEN"]


def test_thread_refreshes_until_stopped(cockpit: Cockpit, workspace: WorkspaceId, now: datetime, person: str) -> None:
    worker = RefreshWorker(cockpit, seconds=0.05)
    worker.start()
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with cockpit.db.read() as conn:
                if list_due(conn, workspace, datetime.now(UTC)).is_empty():
                    break
            time.sleep(0.05)
        assert worker.is_alive
    finally:
        worker.stop()
    assert not worker.is_alive
    with cockpit.db.read() as conn:
        assert list_scores(conn, workspace, [person])["computed_at"][0] > now


def test_only_workspaces_with_something_to_do_are_opened(
    cockpit: Cockpit, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime, person: str
) -> None:
    later = now + timedelta(days=30)
    with cockpit.db.write() as conn:
        assert list_workspaces_with_work(conn, now) == ()
        assert list_workspaces_with_work(conn, later) == (workspace,)
        insert_everybody(conn, workspace)
        assert list_workspaces_with_work(conn, now) == (workspace,)
    refresh_once(cockpit, later)
    with cockpit.db.read() as conn:
        assert list_workspaces_with_work(conn, later) == ()
        [card, *_] = list_suggestions(conn, workspace, [person])["action_id"]
    until = later + timedelta(hours=1)
    with cockpit.db.write() as conn:
        replace_state(conn, workspace, UUID(card), state="SNOOZED", changed_at=later, snoozed_until=until)
        assert list_workspaces_with_work(conn, later) == ()
        assert list_workspaces_with_work(conn, until) == (workspace,)
    nobody = {"type": "MISSED_CALL", "occurred_at": now, "person_id": str(UUID(int=1))}
    assert receive(cockpit, other_workspace, [nobody], now).items[0].status == "unmatched"
    with cockpit.db.read() as conn:
        assert list_workspaces_with_work(conn, later) == (other_workspace,)
