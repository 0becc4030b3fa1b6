"""`cockpit upgrade` makes the database; `cockpit doctor` names what is wrong with the command that mends it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cockpit.cli.doctor import check_disk
from cockpit.model.ids import WorkspaceId
from cockpit.storage import migrations, pending, scores
from cockpit.storage.database import Database
from tests.cli.command import cockpit_command
from tests.storage.rows import frame_of, score_row


def doctor(url: str, **more: str) -> tuple[int, Mapping[str, Any]]:
    """The exit status, and the checks by name."""
    answer = cockpit_command("doctor", "--json", environment={"COCKPIT_DATABASE_URL": url, **more})
    document = answer.json()
    assert document["healthy"] == (answer.status == 0)
    return answer.status, {check["name"]: check for check in document["checks"]}


def test_upgrade_makes_the_database(empty_url: str) -> None:
    environment = {"COCKPIT_DATABASE_URL": empty_url}
    first = cockpit_command("upgrade", "--json", environment=environment).json()
    assert (first["before"], first["after"]) == (None, migrations.HEAD)
    again = cockpit_command("upgrade", environment=environment)
    assert again.status == 0
    assert again.out.endswith(f"is up to date (schema {migrations.HEAD}).\n")


def test_an_empty_database_is_to_be_upgraded(empty_url: str) -> None:
    status, checks = doctor(empty_url)
    assert status == 1
    assert any(check["fix"] == "cockpit upgrade" for check in checks.values())


def test_a_good_database_is_healthy(db: Database, workspace: WorkspaceId, database_url: str) -> None:
    db.close()
    status, checks = doctor(database_url)
    assert status == 0, checks
    assert {check["fix"] for check in checks.values()} == {None}
    plain = cockpit_command("doctor", environment={"COCKPIT_DATABASE_URL": database_url}).out
    assert plain.count("✓") == len(checks)


def test_the_doctor_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "none" / "cockpit.duckdb"
    status, checks = doctor(f"duckdb:///{file}")
    assert status == 1
    assert checks["database"]["finding"] == f"There is no database file {file} yet."
    assert not file.parent.exists()


def test_what_is_wrong_inside_is_named(db: Database, workspace: WorkspaceId, database_url: str) -> None:
    with db.write() as conn:
        pending.upsert_pending(conn, workspace, [UUID(int=1), UUID(int=2)])
        if db.engine_name == "duckdb":
            scores.upsert_scores(conn, workspace, frame_of(score_row(UUID(int=3), "lost")))
    db.close()
    status, checks = doctor(database_url)
    assert status == 1
    assert checks["work"]["finding"].startswith("2 people to restate")
    assert checks["work"]["fix"]
    if db.engine_name == "duckdb":
        assert checks["rows"]["finding"] == "rows without a parent: 1 in score"


def test_a_newer_database_is_named(db: Database, database_url: str) -> None:
    with db.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    db.close()
    status, checks = doctor(database_url)
    assert status == 1
    assert checks["schema"]["fix"] == "upgrade the program"
    refused = cockpit_command("upgrade", environment={"COCKPIT_DATABASE_URL": database_url})
    assert refused.status == 1
    assert "upgrade the program" in refused.err


def test_a_server_that_is_not_there_is_named() -> None:
    status, checks = doctor("postgresql://ana:geheim@127.0.0.1:1/db")
    assert status == 1
    assert checks["database"]["finding"].startswith("PostgreSQL at 127.0.0.1:1/db does not answer")
    assert "geheim" not in str(checks)


def test_settings_are_checked(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'x.duckdb'}"
    assert doctor(url, COCKPIT_PORT="many")[1]["settings"]["ok"] is False
    assert doctor(url, COCKPIT_HOST="0.0.0.0")[1]["sign-in"]["ok"] is False  # noqa: S104 - what is refused
    assert doctor(url, COCKPIT_HOST="0.0.0.0", COCKPIT_SECRET_KEY="k" * 40)[1]["sign-in"]["ok"]  # noqa: S104
    assert doctor("mysql://x/y")[1]["database"]["fix"].startswith("export COCKPIT_DATABASE_URL=")


def test_little_room_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.cli.doctor.LITTLE_ROOM", 0)
    assert check_disk(tmp_path / "x").ok
    monkeypatch.setattr("cockpit.cli.doctor.LITTLE_ROOM", 2**60)
    assert not check_disk(tmp_path / "x").ok
