"""What a measurement needs of a database: one of its own, rows without keys, and a plain scan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import polars as pl
from sqlalchemy import Column, Connection, MetaData, Table, create_engine, func, make_url, select, text

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import bulk_insert, read_frame
from cockpit.storage.schema import signal


@contextmanager
def fresh_database(url: str, folder: Path, *, keep: bool = False) -> Iterator[str]:
    """The URL of an empty database beside the given one, or in the folder; it is gone afterwards, unless kept."""
    given = make_url(url)
    name = f"scratch_{uuid4().hex[:12]}"
    if given.get_backend_name() == "duckdb":
        yield f"duckdb:///{folder / name}.duckdb"
        return
    server = create_engine(given.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as conn:
            conn.execute(text(f"CREATE DATABASE {name}"))
        yield given.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        if keep:
            return
        with server.connect() as conn:
            conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        server.dispose()


def create_bare_signals(conn: Connection) -> Table:
    """A table with the columns of `signal` and nothing else: no key, no index, no foreign key."""
    bare = Table(f"bare_{uuid4().hex[:12]}", MetaData(), *(Column(column.name, column.type) for column in signal.c))
    bare.create(conn)
    return bare


def append_bare(conn: Connection, bare: Table, frame: pl.DataFrame) -> int:
    """Rows by the fastest path the engine has: Arrow or COPY."""
    return bulk_insert(conn, bare, frame)


def drop_bare(conn: Connection, bare: Table) -> None:
    """Remove the table."""
    bare.drop(conn)


def scan_signals(conn: Connection, workspace_id: WorkspaceId) -> pl.DataFrame:
    """One aggregate over the columns that a rescore reads: what it costs to look at every signal once."""
    columns = [
        func.count(signal.c.person_id).label("people"),
        func.max(signal.c.type).label("type"),
        func.max(signal.c.occurred_at).label("latest"),
        func.sum(signal.c.value).label("value"),
    ]
    return read_frame(conn, select(*columns).where(signal.c.workspace_id == workspace_id))


def read_signals(conn: Connection, workspace_id: WorkspaceId) -> pl.DataFrame:
    """All signals of a workspace, every column, for the raw insert."""
    return read_frame(conn, select(signal).where(signal.c.workspace_id == workspace_id))
