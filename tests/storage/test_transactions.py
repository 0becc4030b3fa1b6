"""A write is all or nothing, writers do not lose each other's work, readers do not wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from cockpit.errors import Conflict, InvalidInput
from cockpit.model.ids import WorkspaceId
from cockpit.storage import evidence, guard_chain, guard_facts, guard_reads, pending, people, workspaces
from cockpit.storage.database import Database, open_database
from cockpit.storage.upgrade import find_version, upgrade_database
from tests.storage.rows import ANA, BEN, NOW, evidence_of, frame_of, person_row


def test_a_failed_write_leaves_nothing(db: Database, workspace: WorkspaceId) -> None:
    class Stop(Exception):
        """Not an error of the database."""

    def half() -> None:
        with db.write() as conn:
            pending.upsert_pending(conn, workspace, [ANA])
            raise Stop

    with pytest.raises(Stop):
        half()
    with db.read() as conn:
        assert pending.count_pending(conn, workspace) == 0


def test_writers_do_not_lose_an_update(db: Database, workspace: WorkspaceId) -> None:
    def raise_version(_: int) -> int:
        with db.write() as conn:
            return workspaces.replace_data_version(conn, workspace)

    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(raise_version, range(40)))
    assert sorted(versions) == list(range(2, 42))


def test_a_reader_does_not_wait_for_a_writer(db: Database, workspace: WorkspaceId) -> None:
    writing, done = Event(), Event()

    def write() -> None:
        with db.write() as conn:
            pending.upsert_pending(conn, workspace, [ANA])
            writing.set()
            assert done.wait(30)

    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(write)
        assert writing.wait(30)
        with db.read() as conn:
            assert pending.count_pending(conn, workspace) == 0
        done.set()
        written.result()
    with db.read() as conn:
        assert pending.count_pending(conn, workspace) == 1


def test_a_snapshot_does_not_move(db: Database, workspace: WorkspaceId) -> None:
    with db.snapshot() as conn:
        assert pending.count_pending(conn, workspace) == 0
        with ThreadPoolExecutor(1) as pool:
            pool.submit(add_pending, db, workspace).result()
        assert pending.count_pending(conn, workspace) == 0


def add_pending(db: Database, workspace: WorkspaceId) -> None:
    """Note one person."""
    with db.write() as conn:
        pending.upsert_pending(conn, workspace, [ANA])


def test_restaters_of_one_person_take_turns(db: Database, workspace: WorkspaceId) -> None:
    """Read, add one, store: with `list_locked` first, nobody's addition is lost."""
    with db.write() as conn:
        people.upsert_people(conn, workspace, frame_of(person_row(ANA, "a"), person_row(BEN, "a")))
        evidence.upsert_evidence(conn, workspace, evidence_of("own"))

    def restate(_: int) -> None:
        with db.write() as conn:
            assert people.list_locked(conn, workspace, [BEN, ANA]).to_list() == [str(ANA), str(BEN)]
            known = evidence.get_evidence(conn, workspace, [ANA])
            more = known.accumulators.with_columns(total=known.accumulators["total"] + 1)
            evidence.upsert_evidence(conn, workspace, evidence.Evidence(known.people, more))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(restate, range(12)))
    with db.read() as conn:
        assert evidence.get_evidence(conn, workspace, [ANA]).accumulators["total"].to_list() == [13]


def test_what_is_read_behind_a_lock_is_read_after_it_was_had(db: Database, workspace: WorkspaceId) -> None:
    """The lock and the reads behind it are sent together; who has to wait sees what the other one stored."""
    held, never = Event(), Event()
    with db.write() as conn:
        people.upsert_people(conn, workspace, frame_of(person_row(ANA, "a")))
        guard_chain.get_head(conn, workspace)

    def agree() -> None:
        with db.write(workspace) as conn:
            guard_facts.get_person_locked(conn, workspace, ANA)
            guard_facts.insert_consent(conn, workspace, BEN, ANA, guard_facts.ConsentRow("sms", "express", NOW))
            held.set()
            never.wait(0.2)  # the other one hangs at the lock by then

    with ThreadPoolExecutor(1) as pool:
        agreed = pool.submit(agree)
        held.wait(5)
        with db.write(workspace) as conn:
            _, facts = guard_reads.get_facts_first(conn, workspace, guard_reads.Subject(ANA), (("CALL",),))
        agreed.result()
    assert [one.channel for one in facts.consents] == ["sms"]


def test_replaced_evidence_forgets_what_is_gone(db: Database, workspace: WorkspaceId) -> None:
    with db.write() as conn:
        people.upsert_people(conn, workspace, frame_of(person_row(ANA, "a"), person_row(BEN, "a")))
        evidence.upsert_evidence(conn, workspace, evidence_of("old"))
        evidence.replace_evidence(conn, workspace, [ANA, BEN], evidence_of("new"))
        assert evidence.get_evidence(conn, workspace, [ANA]).accumulators["type"].to_list() == ["new_CALL"]
        nothing = evidence.Evidence(evidence_of("new").people.clear(), evidence_of("new").accumulators.clear())
        evidence.replace_evidence(conn, workspace, [ANA], nothing)
        assert evidence.get_evidence(conn, workspace, [ANA]).accumulators.height == 0


def test_freshness_only_moves_forward(db: Database, workspace: WorkspaceId) -> None:
    with db.write() as conn:
        for received_at in (None, NOW, NOW - timedelta(days=1)):
            workspaces.replace_data_version(conn, workspace, received_at=received_at)
        found = workspaces.get_workspace(conn, "north")
    assert (found.data_version, found.last_received_at) == (4, NOW)


def test_a_subdomain_is_taken_once(db: Database, workspace: WorkspaceId) -> None:
    with db.write() as conn:
        with pytest.raises(Conflict, match="There is already a workspace called north"):
            workspaces.insert_workspace(conn, subdomain="north", name="N", time_zone="UTC", now=NOW)
        with pytest.raises(InvalidInput, match="needs a subdomain"):
            workspaces.insert_workspace(conn, subdomain=" ", name="N", time_zone="UTC", now=NOW)
        assert workspaces.find_workspace(conn, "south") is None
        assert [one.name for one in workspaces.list_workspaces(conn)] == ["North"]


def test_settling_empties_the_log(db: Database, workspace: WorkspaceId) -> None:
    log = None if db.file is None else db.file.with_name(f"{db.file.name}.wal")
    assert log is None or log.exists()
    db.settle()
    assert log is None or not log.exists()
    with db.read() as conn:
        assert [one.workspace_id for one in workspaces.list_workspaces(conn)] == [workspace]


def test_settling_beside_a_writer_waits_or_leaves_it(db: Database, workspace: WorkspaceId) -> None:
    with db.read() as conn:
        assert pending.count_pending(conn, workspace) == 0
        db.settle()
        add_pending(db, workspace)
    with db.read() as conn:
        assert pending.count_pending(conn, workspace) == 1


def test_a_database_in_memory_is_one_for_all_its_connections() -> None:
    first, second = open_database("duckdb:///:memory:"), open_database("duckdb://")
    upgrade_database(first)
    with first.write() as conn:
        workspaces.insert_workspace(conn, subdomain="a", name="A", time_zone="UTC", now=NOW)
        with first.read() as beside:
            assert workspaces.list_workspaces(beside) == ()
    with first.read() as conn:
        assert len(workspaces.list_workspaces(conn)) == 1
    assert (first.file, second.file) == (None, None)
    with second.read() as conn:
        assert find_version(conn) is None
    first.close()
    second.close()


def test_a_new_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    database = open_database(f"duckdb:///{tmp_path / 'new' / 'cockpit.duckdb'}")
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    database.close()
