"""What the two engines do differently: one protocol, one module per engine, found by the name of the dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast
from uuid import UUID

import polars as pl
from sqlalchemy import URL, Connection, Engine, FromClause, Select, Table

from cockpit.errors import CockpitError, Misconfigured
from cockpit.model.viewer import Scope

if TYPE_CHECKING:
    from cockpit.storage.at_once import Ask
    from cockpit.storage.together import Asked, Rows

# Imported on first use: who runs on one engine does not pay for the driver of the other.
MODULES = {"duckdb": "cockpit.storage.on_duckdb", "postgresql": "cockpit.storage.on_postgres"}


class StorageEngine(Protocol):
    """The operations whose text or driver calls differ between the engines."""

    name: str
    one_writer: bool  # writes of this process queue behind a lock

    def create(self, url: URL) -> Engine:
        """The SQLAlchemy engine, with its connect events; raises a CockpitError when the database cannot be had."""

    def file_of(self, url: URL) -> Path | None:
        """The file behind the URL of an engine, where there is one."""

    def forget(self, engine: Engine) -> None:
        """Close every connection, so that the next one starts on the database as it is on the disk."""

    def translate(self, error: BaseException, url: URL) -> CockpitError | None:
        """The sentence for a driver's error, or None when it is a bug of ours."""

    def steady(self, conn: Connection) -> Connection:
        """The connection, before its transaction, set so that all statements see one state of the database."""

    def confine(self, conn: Connection, workspace_id: UUID | None, scope: Scope | None = None) -> None:
        """Begin a transaction that sees one workspace, or all of them, where the server can watch over that.

        With a scope it sees the people and scores behind the person wall, and no others.
        """

    def watched(self, conn: Connection) -> bool | None:
        """Whether policies hold for this connection; None where there are none."""

    def read_frame(self, conn: Connection, statement: Select[Any], named: Mapping[str, Any] = ...) -> pl.DataFrame:
        """All rows of a statement as one frame."""

    def read_fixed(self, conn: Connection, statement: Select[Any], named: Mapping[str, Any] = ...) -> pl.DataFrame:
        """The same for numbers and instants of which none is null, which may travel as bits."""

    def at_once(self, conn: Connection, workspace_id: UUID, asks: Sequence[Ask]) -> list[pl.DataFrame]:
        """The answers of several statements, in one round trip where that is possible."""

    def rows_together(self, conn: Connection, asked: Sequence[Asked]) -> list[Rows]:
        """The rows of several statements with single values, in one round trip where that is possible."""

    def stream_frames(self, conn: Connection, statement: Select[Any], batch_rows: int) -> Iterator[pl.DataFrame]:
        """The rows of a statement, `batch_rows` at a time."""

    def staged(self, conn: Connection, table: Table, frame: pl.DataFrame) -> AbstractContextManager[FromClause]:
        """The frame as something statements of this transaction can select from, typed like `table`."""

    def append(self, conn: Connection, table: Table, frame: pl.DataFrame) -> int:
        """Add rows that are known to be new, by the fastest path."""

    def locked(self, statement: Select[Any], *, skip: bool = False) -> Select[Any]:
        """The statement, holding its rows until the transaction ends; `skip`: but for those somebody else holds."""

    def prepare_migration(self, conn: Connection) -> None:
        """Make Alembic work here, and let one process migrate at a time."""

    def settle(self, engine: Engine) -> None:
        """What is worth doing once after a bulk load."""


def engine_named(name: str) -> StorageEngine:
    """The engine behind a dialect or URL scheme."""
    if name not in MODULES:
        raise Misconfigured(f"COCKPIT_DATABASE_URL must begin with duckdb:/// or postgresql://, not {name}://.")
    return cast(StorageEngine, import_module(MODULES[name]).ENGINE)


def engine_of(conn: Connection) -> StorageEngine:
    """The engine a connection belongs to."""
    return engine_named(conn.dialect.name)
