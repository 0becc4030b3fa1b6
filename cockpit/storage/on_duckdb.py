"""DuckDB: one file, one owning process, one writer at a time; bulk rows go in and out as Arrow.

The only text SQL is the connect settings and CHECKPOINT; the rest is Core.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import duckdb
import polars as pl
from sqlalchemy import (
    JSON,
    URL,
    Connection,
    Engine,
    FromClause,
    Select,
    String,
    Subquery,
    Table,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from cockpit.errors import (
    CockpitError,
    Conflict,
    DatabaseLocked,
    DatabaseNewer,
    DatabaseUnavailable,
    InvalidInput,
    Misconfigured,
    StorageFull,
)
from cockpit.model.viewer import Scope
from cockpit.storage.at_once import Ask, one_by_one
from cockpit.storage.stage_names import stage_name
from cockpit.storage.statements import NOTHING, written
from cockpit.storage.together import Asked, Rows, text_of

SETTINGS = (
    "SET TimeZone='UTC'",
    "SET default_null_order='nulls_last_on_asc_first_on_desc'",  # what PostgreSQL does
    # A small log is written again and again into the same blocks; 64 MB halves the checkpoints of an import.
    "SET checkpoint_threshold='64MB'",
)
HOLDER = re.compile(r"held in (?P<program>.*?) \(PID (?P<pid>\d+)\)")
LOCKED = ("Could not set lock on file", "Conflicting lock")
INVALIDATED = ("database has been invalidated",)
NO_SPACE = ("No space left on device", "Disk quota exceeded", "File too large", "Could not write", "out of disk space")


class DuckDb:
    """The engine of one machine."""

    name = "duckdb"
    one_writer = True

    def create(self, url: URL) -> Engine:
        """Open the file; the pool keeps its connections, and with them the lock on the file."""
        engine = create_engine(file_url(url), poolclass=QueuePool, pool_size=16, max_overflow=48)
        event.listen(engine, "connect", set_up)
        return engine

    def file_of(self, url: URL) -> Path | None:
        """The file, unless the database lives in memory."""
        return None if (url.database or ":").startswith(":") else Path(str(url.database))

    def forget(self, engine: Engine) -> None:
        """Close every connection: after a failed write DuckDB takes no more work until it is opened again."""
        engine.dispose()

    def translate(self, error: BaseException, url: URL) -> CockpitError | None:
        """The sentence for an error of DuckDB."""
        original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        if not isinstance(original, duckdb.Error):
            return None
        if isinstance(original, duckdb.ConstraintException):
            return Conflict()
        if isinstance(original, duckdb.DataError):
            return InvalidInput(f"The database cannot hold a value: {str(original).splitlines()[0]}.")
        return sentence_for(str(original), url.database or "")

    def steady(self, conn: Connection) -> Connection:
        """The connection as it is: a transaction sees the database as it was at its start."""
        return conn

    def confine(self, conn: Connection, workspace_id: UUID | None, scope: Scope | None = None) -> None:
        """Nothing: DuckDB has no policies, here the conditions of the statements are all there is."""

    def watched(self, conn: Connection) -> bool | None:
        """There are no policies."""
        return None

    def read_frame(self, conn: Connection, statement: Select[Any], named: Mapping[str, Any] = NOTHING) -> pl.DataFrame:
        """All rows as one frame, over Arrow."""
        text, values, schema = bound(conn, statement, named)
        return shaped(pl.DataFrame(raw(conn).sql(text, params=values).to_arrow_table()), schema)

    def read_fixed(self, conn: Connection, statement: Select[Any], named: Mapping[str, Any] = NOTHING) -> pl.DataFrame:
        """The same frame: Arrow has bits anyway."""
        return self.read_frame(conn, statement, named)

    def at_once(self, conn: Connection, workspace_id: UUID, asks: Sequence[Ask]) -> list[pl.DataFrame]:
        """One after the other: there is no way to a server between them."""
        return one_by_one(conn, workspace_id, asks)

    def rows_together(self, conn: Connection, asked: Sequence[Asked]) -> list[Rows]:
        """One after the other, by the driver itself."""
        connection, found = raw(conn), []
        for one in asked:
            once = text_of(conn, one)
            values = once.bound(one.values)
            rows = connection.execute(once.text, [values[name] for name in once.order]).fetchall()
            found.append(once.read(rows) if once.results else [])
        return found

    def stream_frames(self, conn: Connection, statement: Select[Any], batch_rows: int) -> Iterator[pl.DataFrame]:
        """Arrow batches as frames; the connection runs no other statement until the stream has ended."""
        text, values, schema = bound(conn, statement)
        for batch in raw(conn).sql(text, params=values).to_arrow_reader(batch_rows):
            yield shaped(pl.DataFrame(batch), schema)

    @contextmanager
    def staged(self, conn: Connection, table: Table, frame: pl.DataFrame) -> Iterator[FromClause]:
        """The frame as a view over its Arrow memory: nothing is copied."""
        with stage_name(conn) as name:
            connection = raw(conn)
            connection.register(name, frame.to_arrow())
            view = sql_table(name, *(sql_column(key) for key in frame.columns))
            typed = (sql_cast(view.c[key], table.c[key].type).label(key) for key in frame.columns)
            yield select(*typed).subquery()
            connection.unregister(name)  # after an error that is refused; the next frame takes the name over

    def append(self, conn: Connection, table: Table, frame: pl.DataFrame) -> int:
        """Insert straight from Arrow memory."""
        with self.staged(conn, table, frame) as source:
            conn.execute(insert(table).from_select(frame.columns, select(source)))
        return frame.height

    def locked(self, statement: Select[Any], *, skip: bool = False) -> Select[Any]:
        """The statement as it is: there is one writer."""
        return statement

    def prepare_migration(self, conn: Connection) -> None:
        """Register the dialect with Alembic; no lock, as no other process can have the file open."""
        import_module("duckdb_sqlalchemy.alembic_impl")

    def settle(self, engine: Engine) -> None:
        """Move the write-ahead log into the file, so that the next start does not replay it."""
        # While somebody still writes it is refused; then the threshold does it later.
        with engine.connect() as conn, suppress(duckdb.TransactionException):
            raw(conn.execution_options(isolation_level="AUTOCOMMIT")).execute("CHECKPOINT")


def file_url(url: URL) -> URL:
    """The URL with an absolute path whose folder exists; every memory database is shared by its own connections."""
    path = url.database
    if not path or path == ":memory:":
        return url.set(database=f":memory:{uuid4().hex}")
    place = Path(path).expanduser().absolute()
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # names and numbers of people are nobody else's
    except OSError as error:
        raise Misconfigured(f"The folder {place.parent} cannot be created: {error.strerror}.") from error
    return url.set(database=str(place))


def set_up(connection: Any, record: Any) -> None:
    """Make a new connection behave like PostgreSQL where a setting can."""
    del record
    cursor = connection.cursor()
    for setting in SETTINGS:
        cursor.execute(setting)
    cursor.close()


def raw(conn: Connection) -> duckdb.DuckDBPyConnection:
    """The driver's connection, inside the transaction of `conn`."""
    if not conn.in_transaction():
        conn.begin()
    return cast(duckdb.DuckDBPyConnection, conn.connection.driver_connection)


def bound(
    conn: Connection, statement: Select[Any], named: Mapping[str, Any] = NOTHING
) -> tuple[str, list[Any], Mapping[str, pl.DataType]]:
    """The text of a statement, its values in order, and the schema of its frame."""
    found, values = written(conn, statement, portable, named)
    return found.text, [values[name] for name in found.order], found.schema


def portable(inner: Subquery) -> Select[Any]:
    """The columns of a statement, JSON as text."""
    return select(*(sql_cast(c, String).label(c.key) if isinstance(c.type, JSON) else c for c in inner.c))


def shaped(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The frame in the types every engine gives."""
    return frame.cast({key: kind for key, kind in schema.items() if frame.schema[key] != kind})


def sentence_for(message: str, path: str) -> CockpitError | None:
    """The error a message of DuckDB stands for."""
    for signs, error in (
        (LOCKED, DatabaseLocked(locked_sentence(message, path))),
        (NO_SPACE, StorageFull()),
        (("can only read version",), DatabaseNewer(f"A newer DuckDB wrote the file {path}: upgrade the program.")),
        (("not a valid DuckDB",), DatabaseUnavailable(f"The file {path} is not a DuckDB database.")),
        (("Corrupt database file",), DatabaseUnavailable(f"The file {path} is damaged: restore it from a backup.")),
        (INVALIDATED, DatabaseUnavailable("The database stopped after a failed write and is opened again: retry.")),
        (("IO Error",), DatabaseUnavailable(f"The database file {path} cannot be used: {message.splitlines()[0]}")),
    ):
        if any(sign in message for sign in signs):
            return error
    return None


def locked_sentence(message: str, path: str) -> str:
    """Who holds the file, and what to do."""
    found = HOLDER.search(message)
    holder = f"process {found['pid']} ({found['program']})" if found else "another process"
    return (
        f"The database file {path} is held by {holder}: stop that process, "
        "or use PostgreSQL (COCKPIT_DATABASE_URL) to run several at once."
    )


ENGINE = DuckDb()
