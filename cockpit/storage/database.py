"""The open database: `open_database(url)`, then `db.read(workspace_id)` and `db.write(workspace_id)` as contexts.

On PostgreSQL a transaction sees the rows of the workspace it names and no others, whatever its statements say; one
that names none sees all of them, and its caller says why: `# all workspaces: why`. One that names a scope sees the
people and scores behind the person wall and no others, as well where a statement forgot its condition.

Both contexts are one transaction. A write commits when the block ends and rolls back when it raises; on DuckDB writes
of one process wait for each other. Errors of the drivers leave as a CockpitError with one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import UUID

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from cockpit.errors import DatabaseUnavailable, Misconfigured, StorageFull
from cockpit.model.viewer import Scope
from cockpit.storage.engines import StorageEngine, engine_named

__all__ = ["Connection", "Database", "open_database"]  # callers name the type of `conn` without importing the driver

TURNS: dict[str, AbstractContextManager[Any]] = {}


class Database:
    """One database and its connections; safe to share between threads."""

    def __init__(self, url: URL, storage_engine: StorageEngine, pool: Engine) -> None:
        """Use `open_database`."""
        self.url = url
        self.pool = pool
        self._storage_engine = storage_engine
        self._turn: AbstractContextManager[Any] = one_turn(pool.url) if storage_engine.one_writer else nullcontext()

    @property
    def engine_name(self) -> str:
        """`duckdb` or `postgresql`."""
        return self._storage_engine.name

    @property
    def address(self) -> str:
        """The URL without its password."""
        return self.url.render_as_string(hide_password=True)

    @property
    def file(self) -> Path | None:
        """The file of the database, where it is one of this machine."""
        return self._storage_engine.file_of(self.pool.url)

    @property
    def shared(self) -> bool:
        """Whether other processes may write to it while this one has it open."""
        return not self._storage_engine.one_writer

    @property
    def watched(self) -> bool | None:
        """Whether the server keeps us to one workspace at a time; None where no server could."""
        with self._translated(), self.pool.connect() as conn:
            return self._storage_engine.watched(conn)

    @contextmanager
    def read(self, workspace_id: UUID | None = None, scope: Scope | None = None) -> Iterator[Connection]:
        """A transaction that only reads, for whoever sees what `scope` says; any number may run at once."""
        with self._translated(), self.pool.connect() as conn, conn.begin():
            self._storage_engine.confine(conn, workspace_id, scope)
            yield conn

    @contextmanager
    def snapshot(self, workspace_id: UUID | None = None, scope: Scope | None = None) -> Iterator[Connection]:
        """A read in which every statement sees the database as the first one did."""
        with self._translated(), self.pool.connect() as conn, self._storage_engine.steady(conn).begin():
            self._storage_engine.confine(conn, workspace_id, scope)
            yield conn

    @contextmanager
    def write(self, workspace_id: UUID | None = None) -> Iterator[Connection]:
        """A transaction: all of the block is stored, durably, or nothing of it."""
        with self._turn, self._translated(), self.pool.begin() as conn:
            self._storage_engine.confine(conn, workspace_id)
            yield conn

    def settle(self) -> None:
        """Call once after a bulk load: checkpoint on DuckDB, statistics on PostgreSQL."""
        with self._turn, self._translated():
            self._storage_engine.settle(self.pool)

    def close(self) -> None:
        """Close every connection; on DuckDB this gives the file free."""
        self.pool.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn a driver's error into a sentence; anything else passes through."""
        try:
            yield
        except Exception as error:
            translated = self._storage_engine.translate(error, self.url)
            if translated is None:
                raise
            if isinstance(translated, StorageFull | DatabaseUnavailable):
                self._storage_engine.forget(self.pool)
            raise translated from error


def one_turn(url: URL) -> AbstractContextManager[Any]:
    """The lock that all writers of one file share, however often this process opened it."""
    return TURNS.setdefault(url.render_as_string(), RLock())


def open_database(url: str, *, create: bool = True) -> Database:
    """Connect, and fail at once with a sentence when that is not possible; see `upgrade` for the schema."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Misconfigured("COCKPIT_DATABASE_URL is not a database URL.") from error
    scheme = {"postgres": "postgresql"}.get(parsed.get_backend_name(), parsed.get_backend_name())
    storage_engine = engine_named(scheme)
    file = storage_engine.file_of(parsed)
    if not create and file is not None and not file.exists():
        raise DatabaseUnavailable(f"There is no database file {file} yet.")
    pool = storage_engine.create(parsed.set(drivername=scheme))
    database = Database(parsed, storage_engine, pool)
    try:
        # all workspaces: no row is read
        with database.read():
            return database
    except BaseException:
        database.close()
        raise
