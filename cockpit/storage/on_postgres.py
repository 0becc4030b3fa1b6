"""PostgreSQL: any number of processes; bulk rows go in and out by COPY.

The only text SQL is the session settings, COPY, ANALYZE and the advisory lock; the rest is Core.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import numpy as np
import polars as pl
import psycopg
from psycopg.abc import Buffer, PQGen
from sqlalchemy import (
    JSON,
    URL,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    FromClause,
    Integer,
    MetaData,
    Select,
    String,
    Subquery,
    Table,
    Uuid,
    create_engine,
    event,
    extract,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError

from cockpit.errors import CockpitError, Conflict, DatabaseUnavailable, InvalidInput, StorageFull
from cockpit.model.viewer import Scope
from cockpit.storage.at_once import Ask, one_by_one
from cockpit.storage.columns import metadata
from cockpit.storage.few_on_postgres import answered, piped
from cockpit.storage.frame_types import INSTANT
from cockpit.storage.stage_names import stage_name
from cockpit.storage.statements import NOTHING, written
from cockpit.storage.together import Asked, Rows

# jit: compiling a query takes longer than running the short queries of this product.
# random_page_cost: pages come from memory or flash; the default of 4 has small tables scanned for a few rows.
SETTINGS = "SET TIME ZONE 'UTC'; SET jit = off; SET random_page_cost = 1.1"
# Policies do not hold for a superuser: for the program to be watched, it connects as an ordinary role.
PRIVILEGES = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
ABOVE_POLICIES = "above_policies"
# Up to this many rows travel as one JSON parameter: one round trip and no temporary table.
SMALL = 500
# A list of ids travels as an array: the planner knows how long it is and takes the index for a short one.
SMALL_LIST = 5_000
# The second column of a frame that has one: a line without any character would not count as a row.
FILLER = "filler"
# Types that travel as whole numbers.
AS_NUMBERS: dict[pl.DataType, pl.DataType] = {INSTANT: pl.Int64(), pl.Boolean(): pl.Int64(), pl.Date(): pl.Int64()}
# How numbers and instants travel as bits; instants count microseconds from 2000.
BITS: dict[pl.DataType, str] = {pl.Int32(): ">i4", pl.Int64(): ">i8", pl.Float64(): ">f8", INSTANT: ">i8"}
EPOCH_2000 = 946_684_800_000_000
HEADER_BYTES, TRAILER_BYTES = 19, 2
GOT_IN_THE_WAY = "Another write of the same rows got in the way; please retry."
MIGRATION_LOCK = 7_415_203_117
EVERY = "cockpit.all_workspaces = 'on'"
BEHIND = "; SET LOCAL cockpit.people_of = '{}'; SET LOCAL cockpit.with_system = '{}'"


class Postgres:
    """The engine of several machines."""

    name = "postgresql"
    one_writer = False

    def create(self, url: URL) -> Engine:
        """A pool of connections; connecting waits five seconds at most unless the URL says otherwise."""
        driver_url = url.set(drivername="postgresql+psycopg")
        waiting = {} if "connect_timeout" in url.query else {"connect_timeout": 5}
        engine = create_engine(driver_url, pool_size=16, max_overflow=48, pool_pre_ping=True, connect_args=waiting)
        event.listen(engine, "connect", set_up)
        return engine

    def file_of(self, url: URL) -> Path | None:
        """None: the files are the server's."""
        return None

    def forget(self, engine: Engine) -> None:
        """Close every connection."""
        engine.dispose()

    def translate(self, error: BaseException, url: URL) -> CockpitError | None:
        """The sentence for an error of PostgreSQL."""
        original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        if not isinstance(original, psycopg.Error):
            return None
        return sentence_for(original, url)

    def steady(self, conn: Connection) -> Connection:
        """The connection with one snapshot per transaction instead of one per statement."""
        return conn.execution_options(isolation_level="REPEATABLE READ")

    def confine(self, conn: Connection, workspace_id: UUID | None, scope: Scope | None = None) -> None:
        """Name workspace and scope to the policies, in the round trip that begins the transaction anyway."""
        driver = cast("psycopg.Connection[Any]", conn.connection.driver_connection)
        level = driver.isolation_level
        begin = "BEGIN" if level is None else f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}"
        named = EVERY if workspace_id is None else f"cockpit.workspace = '{UUID(int=workspace_id.int)}'"
        behind = "" if scope is None else BEHIND.format(UUID(int=scope.member_id.int), scope.with_system)
        result = driver.pgconn.exec_(f"{begin}; SET LOCAL {named}{behind}".encode())
        if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)

    def watched(self, conn: Connection) -> bool | None:
        """Whether policies hold for this connection."""
        return not conn.info[ABOVE_POLICIES]

    def read_frame(self, conn: Connection, statement: Select[Any], named: Mapping[str, Any] = NOTHING) -> pl.DataFrame:
        """All rows as one frame; COPY is as fast as rows for 25 of them and seven times as fast for 300,000."""
        command, values, schema = copy_command(conn, statement, named)
        with cursor_of(conn) as cursor, cursor.copy(cast(Any, command), values) as copy:
            return parsed(b"".join(cursor.connection.wait(rest_of(copy))), schema)

    def read_fixed(self, conn: Connection, statement: Select[Any], named: Mapping[str, Any] = NOTHING) -> pl.DataFrame:
        """Every row is as long as the others, so the whole answer is one array."""
        found, values = written(conn, statement, unchanged, named)
        command = cast(Any, f"COPY ({found.text}) TO STDOUT (FORMAT binary)")
        with cursor_of(conn) as cursor, cursor.copy(command, values) as copy:
            return unpacked(b"".join(cursor.connection.wait(rest_of(copy))), found.schema)

    def at_once(self, conn: Connection, workspace_id: UUID, asks: Sequence[Ask]) -> list[pl.DataFrame]:
        """Few rows in one round trip, many by the paths for many."""
        few = all(ask.frame.height <= SMALL for ask in asks)
        return (answered if few else one_by_one)(conn, workspace_id, asks)

    def rows_together(self, conn: Connection, asked: Sequence[Asked]) -> list[Rows]:
        """All of them in one round trip."""
        return piped(conn, asked)

    def stream_frames(self, conn: Connection, statement: Select[Any], batch_rows: int) -> Iterator[pl.DataFrame]:
        """COPY hands out one row at a time; the connection runs no other statement until the stream has ended."""
        command, values, schema = copy_command(conn, statement)
        with copied(conn, command, values) as rows:
            while batch := list(islice(rows, batch_rows)):
                yield parsed(b"".join(batch), schema)

    @contextmanager
    def staged(self, conn: Connection, table: Table, frame: pl.DataFrame) -> Iterator[FromClause]:
        """Few rows as one parameter, many as a temporary table."""
        with stage_name(conn) as name:
            if frame.width == 1 and frame.height <= SMALL_LIST and isinstance(table.c[frame.columns[0]].type, Uuid):
                yield as_array(frame.to_series(), name)
                return
            if frame.height <= SMALL:
                yield as_parameter(table, frame, name)
                return
            columns = (Column(key, table.c[key].type) for key in frame.columns)
            stage = Table(name, MetaData(), *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")
            stage.create(conn)
            self.append(conn, stage, frame)
            # A table nobody analysed is planned as if it had a thousand rows: the merge would scan the big side.
            conn.execute(text(f"ANALYZE {name}"))
            yield stage
            stage.drop(conn)  # after an error the transaction drops it

    def append(self, conn: Connection, table: Table, frame: pl.DataFrame) -> int:
        """COPY into the table itself; where a policy watches over it, which COPY cannot obey, by way of another."""
        if table.metadata is metadata and self.watched(conn):
            with self.staged(conn, table, frame) as rows:
                conn.execute(insert(table).from_select(frame.columns, select(rows)))
            return frame.height
        columns = ", ".join(frame.columns)
        with cursor_of(conn) as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN (FORMAT csv)") as copy:
            for piece in frame.iter_slices(100_000):
                copy.write(as_csv(piece))
        return frame.height

    def locked(self, statement: Select[Any], *, skip: bool = False) -> Select[Any]:
        """The statement, holding its rows until the transaction ends; rows that another one holds are waited for."""
        # NO KEY UPDATE: a batch that inserts signals of the same people, and so refers to their keys, need not wait.
        return statement.with_for_update(key_share=True, skip_locked=skip)

    def prepare_migration(self, conn: Connection) -> None:
        """Wait until no other process migrates; the lock ends with the transaction."""
        conn.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))

    def settle(self, engine: Engine) -> None:
        """Tell the planner what the tables hold now."""
        with engine.begin() as conn:
            conn.execute(text("ANALYZE"))


def set_up(connection: Any, record: Any) -> None:
    """Give a new connection its session settings, and remember whether policies hold for it."""
    connection.autocommit = True
    connection.execute(SETTINGS)
    [record.info[ABOVE_POLICIES]] = connection.execute(PRIVILEGES).fetchone()
    connection.autocommit = False


def sentence_for(error: psycopg.Error, url: URL) -> CockpitError | None:
    """The error an error of PostgreSQL stands for; the first kind that fits."""
    reason = (str(error).strip().splitlines() or [""])[0]
    for kind, said in (
        (psycopg.errors.IntegrityError, Conflict()),
        (psycopg.errors.DataError, InvalidInput(f"The database cannot hold a value: {reason}.")),
        (psycopg.errors.DiskFull, StorageFull()),
        (psycopg.errors.DeadlockDetected, DatabaseUnavailable(GOT_IN_THE_WAY)),
        (psycopg.errors.SerializationFailure, DatabaseUnavailable(GOT_IN_THE_WAY)),
        (psycopg.OperationalError, DatabaseUnavailable(f"PostgreSQL at {place(url)} does not answer: {reason}")),
    ):
        if isinstance(error, kind):
            return said
    return None


def place(url: URL) -> str:
    """Host and database, without the password."""
    host = url.host or url.query.get("host") or "the local socket"
    return f"{host}:{url.port}/{url.database}" if url.port else f"{host}/{url.database}"


def cursor_of(conn: Connection) -> psycopg.Cursor[Any]:
    """A cursor of the driver, inside the transaction of `conn`."""
    if not conn.in_transaction():
        conn.begin()
    return cast("psycopg.Connection[Any]", conn.connection.driver_connection).cursor()


def copy_command(
    conn: Connection, statement: Select[Any], named: Mapping[str, Any] = NOTHING
) -> tuple[str, dict[str, Any], Mapping[str, pl.DataType]]:
    """COPY of the rows of a statement, its values, and the schema of its frame.

    COPY takes no parameters: the driver puts the values into the text, quoted.
    """
    found, values = written(conn, statement, travelling, named)
    texts = [quote(conn, key) for key, kind in found.schema.items() if kind == pl.String()]
    quoted = f", FORCE_QUOTE ({', '.join(texts)})" if texts else ""
    return f"COPY ({found.text}) TO STDOUT (FORMAT csv{quoted})", values, found.schema


@contextmanager
def copied(conn: Connection, command: str, values: dict[str, Any]) -> Iterator[Iterator[bytes]]:
    """The output of a COPY, one piece of bytes per row."""
    with cursor_of(conn) as cursor, cursor.copy(cast(Any, command), values) as copy:
        yield (bytes(row) for row in copy)


def rest_of(copy: psycopg.Copy) -> PQGen[list[Buffer]]:
    """What a COPY has to give, in one wait: `copy.read()` waits once per row, which is most of a short query."""
    rows = []
    while row := (yield from copy._read_gen()):
        rows.append(row)
    return rows


def quote(conn: Connection, name: str) -> str:
    """A column name as the dialect writes it."""
    return conn.dialect.identifier_preparer.quote(name)


def portable(column: Any) -> Any:
    """A column as CSV text that polars reads without losing a bit."""
    if isinstance(column.type, DateTime):
        micros = extract("epoch", column) * literal(1_000_000)
        return sql_cast(micros, BigInteger).label(column.key)
    if isinstance(column.type, Boolean):
        return sql_cast(column, Integer).label(column.key)
    if isinstance(column.type, Date):
        return (column - literal(date(1970, 1, 1), Date)).label(column.key)
    return column


def travelling(inner: Subquery) -> Select[Any]:
    """The columns of a statement as they travel. Text is quoted on the way, so that an empty one is not a null."""
    filler: list[Any] = [literal_column("1", Integer).label(FILLER)] if len(inner.c) == 1 else []
    return select(*(portable(column) for column in inner.c), *filler)


def parsed(data: bytes, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """CSV from COPY as a frame."""
    read_as: dict[str, pl.DataType] = {
        key: pl.Int64() if kind in (INSTANT, pl.Boolean(), pl.Date()) else kind for key, kind in schema.items()
    }
    filler: dict[str, pl.DataType] = {FILLER: pl.Int64()} if len(schema) == 1 else {}
    frame = pl.read_csv(io.BytesIO(data), has_header=False, schema=read_as | filler, raise_if_empty=False)
    return frame.select(restored(key, kind) if read_as[key] != kind else key for key, kind in schema.items())


def unchanged(inner: Subquery) -> Select[Any]:
    """The columns of a statement as they are."""
    return select(inner)


def unpacked(data: bytes, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Binary COPY as a frame: https://www.postgresql.org/docs/current/sql-copy.html, file formats.

    Raises:
        ValueError: a field is null, so that its row is shorter.
    """
    fields = [
        (part, kind) for key, one in schema.items() for part, kind in ((f"{key} length", ">i4"), (key, BITS[one]))
    ]
    rows = np.frombuffer(data[HEADER_BYTES:-TRAILER_BYTES], np.dtype([("fields", ">i2"), *fields]))
    columns = {key: pl.Series(rows[key].astype(rows[key].dtype.newbyteorder("="))) for key in schema}
    frame = pl.DataFrame(columns)
    instants = [key for key, kind in schema.items() if kind == INSTANT]
    return frame.with_columns((pl.col(key) + EPOCH_2000).cast(INSTANT) for key in instants)


def restored(key: str, kind: pl.DataType) -> pl.Expr:
    """A column that travelled as a whole number, in its own type."""
    number = pl.col(key).cast(pl.Int32) if kind == pl.Date() else pl.col(key)
    return number.cast(kind)


def as_csv(frame: pl.DataFrame) -> bytes:
    """Rows for COPY FROM: text is quoted, so that an empty text is not taken for NULL."""
    return with_plain_instants(frame).write_csv(include_header=False, quote_style="non_numeric").encode()


def with_plain_instants(frame: pl.DataFrame) -> pl.DataFrame:
    """Instants as text with their microseconds and zone."""
    instants = [key for key, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    return frame.with_columns(pl.col(instants).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")) if instants else frame


def as_array(ids: pl.Series, name: str) -> FromClause:
    """Ids as one array parameter, in the notation of the server: rendering thousands of literals would take longer."""
    array = sql_cast(literal("{" + ",".join(ids) + "}", String), ARRAY(Uuid()))
    return select(func.unnest(array, type_=Uuid()).label(ids.name)).subquery(name)


def as_parameter(table: Table, frame: pl.DataFrame, name: str) -> FromClause:
    """Few rows as one JSON parameter, read back by the server with the types of the table."""
    types = {key: table.c[key].type for key in frame.columns}
    sent_as = {key: String() if isinstance(kind, JSON) else kind for key, kind in types.items()}
    body = with_plain_instants(frame).write_json()
    rows = func.json_to_recordset(sql_cast(literal(body, String), JSON()))
    names_and_types = [sql_column(key, kind) for key, kind in sent_as.items()]
    recordset = rows.table_valued(*names_and_types).render_derived(name=name, with_types=True)
    return select(*(sql_cast(recordset.c[key], types[key]).label(key) for key in frame.columns)).subquery()


ENGINE = Postgres()
