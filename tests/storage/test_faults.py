"""What the user is told when the database cannot be used, and that nothing accepted is lost by it."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from uuid import UUID

import pytest
from sqlalchemy import text

from cockpit.errors import (
    CockpitError,
    Conflict,
    DatabaseLocked,
    DatabaseUnavailable,
    Misconfigured,
    StorageFull,
)
from cockpit.model.ids import WorkspaceId
from cockpit.storage import models, pending, rules, workspaces
from cockpit.storage.database import Database, open_database
from cockpit.storage.frames import bulk_insert, in_workspace
from cockpit.storage.on_duckdb import sentence_for
from cockpit.storage.schema import rule
from cockpit.storage.upgrade import upgrade, upgrade_database
from tests.storage.rows import NOW, frame_of

HOLD = """
import sys
from cockpit.storage.database import open_database
database = open_database(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


def test_a_locked_file_names_who_holds_it(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'cockpit.duckdb'}"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(DatabaseLocked) as refused:
            open_database(url)
        holder.communicate()
    assert f"process {holder.pid}" in refused.value.message
    assert "stop that process" in refused.value.message
    open_database(url).close()


def test_a_full_disk_loses_nothing_accepted(tmp_path: Path, now: datetime) -> None:
    with small_disk() as folder:
        check_full(folder, tmp_path / "roomy", now)


def test_a_limit_on_file_sizes_is_a_full_disk(tmp_path: Path, now: datetime) -> None:
    with small_files():
        check_full(tmp_path / "small", tmp_path / "roomy", now)


def check_full(folder: Path, roomy: Path, now: datetime) -> None:
    """Write until the disk is full, twice; the last accepted write is there, also for who moves to another disk."""
    with closing(open_database(f"duckdb:///{folder / 'cockpit.duckdb'}")) as database:
        upgrade_database(database)
        with database.write() as conn:
            workspace = workspaces.insert_workspace(conn, subdomain="a", name="A", time_zone="UTC", now=now)
        accepted = fill_up(database, workspace, 0)
        accepted = fill_up(database, workspace, accepted)
        assert accepted > 0
        assert stored(database, workspace) == accepted
        shutil.copytree(folder, roomy)
    with closing(open_database(f"duckdb:///{roomy / 'cockpit.duckdb'}")) as moved:
        assert stored(moved, workspace) == accepted


def fill_up(database: Database, workspace: WorkspaceId, accepted: int) -> int:
    """Store one number after the other until the disk is full, and answer the last that was accepted."""
    with pytest.raises(StorageFull, match="nothing of this batch was stored"):  # noqa: PT012 - which of them is the last
        for number in range(accepted + 1, 500):
            store(database, workspace, number)
            accepted = number
    return accepted


def store(database: Database, workspace: WorkspaceId, number: int) -> None:
    """Store a number with much ballast."""
    with database.write() as conn:
        models.upsert_signal_types(conn, workspace, {"NUMBER": {"number": number, "ballast": token_hex(100_000)}})


def stored(database: Database, workspace: WorkspaceId) -> int:
    """The number that is stored."""
    with database.read() as conn:
        return int(models.list_signal_types(conn, workspace)["NUMBER"]["number"])


@contextmanager
def small_disk() -> Iterator[Path]:
    """A folder that is soon full: a small file system where this user may mount one, else a limit on file sizes."""
    with tempfile.TemporaryDirectory(prefix="cockpit-full-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder]
        if os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            try:
                yield Path(folder)
            finally:
                subprocess.run(["umount", folder], check=True)
        else:
            with small_files():
                yield Path(folder)


@contextmanager
def small_files() -> Iterator[None]:
    """No file of this process may grow beyond 8 MB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 * 2**20, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_server_is_said(db: Database, workspace: WorkspaceId) -> None:
    if db.engine_name == "duckdb":
        assert isinstance(sentence_for("IO Error: No space left on device", "x"), StorageFull)
        return
    with pytest.raises(StorageFull):
        run_out_of_space(db, workspace)
    with db.read() as conn:
        assert pending.count_pending(conn, workspace) == 0


def run_out_of_space(db: Database, workspace: WorkspaceId) -> None:
    """A write whose second statement is refused as PostgreSQL refuses it on a full disk."""
    with db.write() as conn:
        pending.upsert_pending(conn, workspace, [UUID(int=1)])
        conn.execute(text("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"))


def test_a_lost_connection_is_said_and_replaced(db: Database, workspace: WorkspaceId) -> None:
    if db.engine_name == "duckdb":
        db.close()  # as after a failed write; the next connection opens the file again
    else:
        with pytest.raises(DatabaseUnavailable, match="does not answer"), db.write() as conn:
            conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with db.read() as conn:
        assert len(workspaces.list_workspaces(conn)) == 1


def test_a_key_twice_is_a_conflict(db: Database, workspace: WorkspaceId) -> None:
    rule_row = {"rule_key": "r", "title": "R", "signal_type": "A", "action_type": "B", "status": "DRAFT"}
    switches = {"enabled": False, "auto_execute": False, "created_at": NOW}
    rows = in_workspace(frame_of({**rule_row, **switches}), workspace)
    with db.write() as conn:
        bulk_insert(conn, rule, rows)
    for _ in range(2):  # the second time on a connection that saw the error
        with pytest.raises(Conflict), db.write() as conn:
            bulk_insert(conn, rule, rows)
    with db.read() as conn:
        assert len(rules.list_rules(conn, workspace)) == 1


@pytest.mark.parametrize(
    ("url", "kind", "sentence"),
    [
        ("nonsense", Misconfigured, "COCKPIT_DATABASE_URL is not a database URL."),
        ("mysql://x/y", Misconfigured, "must begin with duckdb:/// or postgresql://, not mysql://"),
        ("postgresql://ana:geheim@127.0.0.1:1/db", DatabaseUnavailable, "PostgreSQL at 127.0.0.1:1/db does not answer"),
        ("postgresql://ana:geheim@host.invalid/db", DatabaseUnavailable, "PostgreSQL at host.invalid/db does not"),
        ("duckdb:////proc/cockpit/x.duckdb", Misconfigured, "The folder /proc/cockpit cannot be created"),
        ("duckdb:////tmp", DatabaseUnavailable, "The database file /tmp cannot be used"),
    ],
)
def test_what_cannot_be_opened_is_said(url: str, kind: type[CockpitError], sentence: str) -> None:
    with pytest.raises(kind, match=sentence) as refused:
        open_database(url)
    assert "geheim" not in refused.value.message


def test_a_foreign_or_damaged_file_is_said(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.duckdb"
    foreign.write_text("name,phone\n" * 1000)
    with pytest.raises(DatabaseUnavailable, match="is not a DuckDB database"):
        open_database(f"duckdb:///{foreign}")
    damaged = tmp_path / "damaged.duckdb"
    upgrade(f"duckdb:///{damaged}")
    content = bytearray(damaged.read_bytes())
    content[12] = 200
    damaged.write_bytes(content)
    with pytest.raises(DatabaseUnavailable, match="is damaged: restore it from a backup"):
        open_database(f"duckdb:///{damaged}")


def test_a_newer_file_format_is_said() -> None:
    message = "IO Error: Trying to read a database file with version number 99, but we can only read versions between"
    error = sentence_for(message, "/data/cockpit.duckdb")
    assert str(error) == "A newer DuckDB wrote the file /data/cockpit.duckdb: upgrade the program."
