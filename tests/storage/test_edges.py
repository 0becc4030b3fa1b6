"""Nothing given is nothing done, and a mistake of ours is not dressed up as a fault of the database."""

from __future__ import annotations

import polars as pl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cockpit.errors import NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.storage import activity, matching, models, panel_people, people, rules, signals, unmatched, workspaces
from cockpit.storage.database import Database
from cockpit.storage.health import count_orphans
from tests.storage.rows import ANA, NOW, fill, frame_of, person_row, signal_frame, signal_row

NO_KEYS = pl.Series([None], dtype=pl.String)


def test_nothing_given_is_nothing_done(db: Database, workspace: WorkspaceId) -> None:
    no_people = frame_of(person_row(ANA, "a")).clear()
    with db.write() as conn:
        activity.delete_member_days(conn, workspace, pl.DataFrame({"member_id": [], "day": []}))
        assert matching.list_matches(conn, workspace, "email", NO_KEYS).height == 0
        assert matching.list_raw_phone_matches(conn, workspace, NO_KEYS).height == 0
        assert matching.insert_new_people(conn, workspace, no_people) == 0
        assert people.upsert_people(conn, workspace, no_people) == 0
        assert signals.append_new(conn, workspace, signal_frame(signal_row("1", "a")).clear()) == 0
        assert unmatched.insert_unmatched(conn, workspace, pl.DataFrame()) == 0
        models.upsert_signal_types(conn, workspace, {})
        rules.insert_missing_rules(conn, workspace, [], now=NOW)
        assert models.find_published_model(conn, workspace) is None
        assert models.list_signal_types(conn, workspace) == {}
        assert people.list_people(conn, workspace, []).height == 0
        assert count_orphans(conn) == {}


def test_a_published_model_is_found_without_an_instant(db: Database, workspace: WorkspaceId) -> None:
    with db.write() as conn:
        fill(conn, workspace, "own")
        found = models.find_published_model(conn, workspace)
        draft = models.insert_model(conn, workspace, spec={"n": 0.1}, note="draft", now=NOW)
        assert models.find_published_model(conn, workspace) == found
        newest = models.list_models(conn, workspace)[0]
        assert (newest.version, newest.spec) == (draft, {"n": 0.1})


def test_facts_of_one_owner(db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId) -> None:
    with db.write() as conn:
        fill(conn, workspace, "own")
        fill(conn, other_workspace, "CANARY")
        owner = people.get_person(conn, workspace, ANA).owner_id
        assert owner is not None
        assert panel_people.list_panel_facts(conn, workspace, owner_id=owner)["person_id"].to_list() == [str(ANA)]
        assert panel_people.list_panel_facts(conn, workspace).height == 2


def test_an_id_wins_over_an_external_id_that_looks_like_one(db: Database, workspace: WorkspaceId) -> None:
    other = person_row(workspace, "other", external_id=str(ANA))
    with db.write() as conn:
        people.upsert_people(conn, workspace, frame_of(person_row(ANA, "ana"), other))
        assert people.get_person(conn, workspace, str(ANA)).name.startswith("ana")
        assert people.find_person(conn, workspace, "nobody") is None


def test_a_mistake_of_ours_is_not_a_fault_of_the_database(db: Database) -> None:
    with pytest.raises(DBAPIError), db.read() as conn:
        conn.execute(text("SELECT nonsense"))


def test_an_unknown_workspace(db: Database, workspace: WorkspaceId) -> None:
    with db.read() as conn, pytest.raises(NotFound, match="There is no such workspace"):
        workspaces.get_workspace_by_id(conn, WorkspaceId(ANA))
