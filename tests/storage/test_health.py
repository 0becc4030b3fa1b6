"""Rows without a parent are found on DuckDB, and impossible on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from cockpit.errors import Conflict
from cockpit.model.ids import WorkspaceId
from cockpit.storage import people, scores, signals, workspaces
from cockpit.storage.database import Database
from cockpit.storage.health import Waiting, count_orphans, count_waiting
from tests.storage.rows import ANA, NOW, fill, frame_of, person_row, score_row, signal_frame, signal_row


def test_a_filled_workspace_has_no_orphans(db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId) -> None:
    with db.write() as conn:
        fill(conn, workspace, "own")
        fill(conn, other_workspace, "other")
        assert count_orphans(conn) == {}
        workspaces.delete_workspace(conn, workspace)
        assert count_orphans(conn) == {}
        assert people.count_people(conn, workspace) == 0
        assert people.count_people(conn, other_workspace) == 2


def test_orphans_are_counted_or_refused(db: Database, workspace: WorkspaceId) -> None:
    stranger = frame_of(score_row(UUID(int=99), "lost"))
    if db.engine_name == "postgresql":
        with pytest.raises(Conflict), db.write() as conn:
            scores.upsert_scores(conn, workspace, stranger)
    else:
        with db.write() as conn:
            scores.upsert_scores(conn, workspace, stranger)
            signals.insert_new(conn, workspace, signal_frame(signal_row("1", "lost"), signal_row("2", "lost")))
            assert count_orphans(conn) == {"score": 1, "signal": 2}


def test_an_indexed_parent_can_change(db: Database, workspace: WorkspaceId) -> None:
    """With foreign keys DuckDB refuses this (docs/decisions/0003)."""
    with db.write() as conn:
        fill(conn, workspace, "own")
    with db.write() as conn:
        people.upsert_people(conn, workspace, frame_of(person_row(ANA, "renamed", external_id="crm-new")))
        people.upsert_people(conn, workspace, frame_of(person_row(ANA, "again", external_id="crm-new")))
        assert people.get_person(conn, workspace, "crm-new").name == "again 1"


def test_waiting_work_is_counted(db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId) -> None:
    with db.write() as conn:
        fill(conn, workspace, "own")
        fill(conn, other_workspace, "other")
        assert count_waiting(conn, NOW) == Waiting(2, 4, 2, 2)
        assert count_waiting(conn, NOW - timedelta(seconds=1)) == Waiting(2, 0, 2, 2)
