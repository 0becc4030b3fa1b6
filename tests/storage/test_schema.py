"""The migrations make what the schema says, on both engines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from cockpit.errors import DatabaseNewer
from cockpit.storage import migrations
from cockpit.storage.database import Database, open_database
from cockpit.storage.schema import metadata
from cockpit.storage.upgrade import find_version, upgrade, upgrade_database


def test_migrations_make_the_schema(db: Database, empty_url: str) -> None:
    plain = open_database(empty_url)
    with plain.write() as conn:
        metadata.create_all(conn)
    with plain.read() as expected, db.read() as migrated:
        assert shape(migrated) == shape(expected)
    plain.close()


def test_every_key_begins_with_the_workspace() -> None:
    for table in metadata.tables.values():
        if "workspace_id" in table.c:
            assert next(iter(table.primary_key)).name == "workspace_id", table.name
            for index in table.indexes:
                alone = table.name == "workspace"
                assert alone or next(iter(index.columns)).name == "workspace_id", index.name


def test_foreign_keys_only_where_they_do_no_harm(db: Database) -> None:
    with db.read() as conn:
        keys = [key for table in metadata.tables for key in inspect(conn).get_foreign_keys(table)]
    assert bool(keys) == (db.engine_name == "postgresql")


def test_head_is_the_newest_revision() -> None:
    folder = Path(migrations.__file__).parent
    scripts = ScriptDirectory(str(folder))
    assert scripts.get_current_head() == migrations.HEAD
    assert {script.revision for script in scripts.walk_revisions()} == set(migrations.KNOWN)


def test_upgrade_twice_is_once(empty_url: str) -> None:
    assert upgrade(empty_url) == migrations.HEAD
    assert upgrade(empty_url) == migrations.HEAD


@pytest.mark.parametrize("engine_name", ["postgresql"])  # a second process cannot open a DuckDB file
def test_processes_that_upgrade_at_once(empty_url: str) -> None:
    command = [sys.executable, "-c", f"from cockpit.storage.upgrade import upgrade; print(upgrade({empty_url!r}))"]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0].strip() for process in started] == [migrations.HEAD] * 3


def test_a_current_database_opens_without_alembic(db: Database, database_url: str) -> None:
    db.close()
    code = (
        "import sys\n"
        "from cockpit.bootstrap import open_cockpit\n"
        "from cockpit.settings import Settings\n"
        "with open_cockpit(Settings(database_url=sys.argv[1])) as cockpit:\n"
        "    print(cockpit.db.engine_name, 'alembic' in sys.modules)\n"
    )
    found = subprocess.run([sys.executable, "-c", code, database_url], capture_output=True, text=True, check=True)
    assert found.stdout == f"{db.engine_name} False\n"


def test_a_failed_upgrade_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", stop)
    with pytest.raises(KeyboardInterrupt):
        upgrade(empty_url)
    monkeypatch.undo()
    database = open_database(empty_url)
    with database.read() as conn:
        assert inspect(conn).get_table_names() == []
    assert upgrade_database(database) == migrations.HEAD
    database.close()


def test_a_newer_database_is_left_alone(db: Database, database_url: str) -> None:
    with db.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    db.close()
    with pytest.raises(DatabaseNewer, match="schema version 9999, this program knows up to"):
        upgrade(database_url)
    with db.read() as conn:
        assert find_version(conn) == "9999"


def shape(conn: Connection) -> dict[str, Any]:
    """Tables, columns, keys and indexes as the database has them."""
    inspector = inspect(conn)
    return {name: table_shape(inspector, name) for name in inspector.get_table_names() if name != "alembic_version"}


def table_shape(inspector: Any, name: str) -> dict[str, Any]:
    """One table as the database has it."""
    columns = inspector.get_columns(name)
    return {
        "columns": [(one["name"], repr(one["type"]), one["nullable"], one["default"]) for one in columns],
        "primary key": inspector.get_pk_constraint(name)["constrained_columns"],
        "foreign keys": sorted(map(foreign_key, inspector.get_foreign_keys(name))),
        "indexes": sorted(map(index, inspector.get_indexes(name))),
    }


def foreign_key(key: dict[str, Any]) -> tuple[Any, ...]:
    """What makes a foreign key."""
    return (key["constrained_columns"], key["referred_table"], key["referred_columns"], str(key["options"]))


def index(one: dict[str, Any]) -> tuple[Any, ...]:
    """What makes an index."""
    return (one["name"], one["column_names"], one["unique"], str(one.get("dialect_options")))
