"""Bring a database to the schema of this program: `upgrade(url)`, or `upgrade_database(db)` for an open one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from cockpit.errors import DatabaseNewer
from cockpit.storage.database import Database, open_database
from cockpit.storage.engines import engine_of
from cockpit.storage.migrations import HEAD, KNOWN

VERSION_TABLE = table("alembic_version", column("version_num"))


def upgrade(url: str) -> str:
    """Migrate the database at this URL and answer its version."""
    database = open_database(url)
    try:
        return upgrade_database(database)
    finally:
        database.close()


def upgrade_database(database: Database) -> str:
    """Migrate an open database; one that is current costs two small queries and no import of Alembic."""
    # all workspaces: the schema is nobody's
    with database.read() as conn:
        version = find_version(conn)
    refuse_newer(version)
    if version != HEAD:
        # all workspaces: a migration changes the rows of all
        with database.write() as conn:
            engine_of(conn).prepare_migration(conn)
            migrate(conn)
    return HEAD


def find_version(conn: Connection) -> str | None:
    """The revision of the schema, or None for an empty database."""
    if not inspect(conn).has_table(VERSION_TABLE.name):
        return None
    return conn.execute(select(VERSION_TABLE.c.version_num)).scalar_one_or_none()


def refuse_newer(version: str | None) -> None:
    """Stop before touching a schema this program does not know."""
    if version is not None and version not in KNOWN:
        raise DatabaseNewer(
            f"The database has schema version {version}, this program knows up to {HEAD}: upgrade the program."
        )


def migrate(conn: Connection) -> None:
    """Run the revisions that are missing, in the transaction of `conn`."""
    from alembic import command  # noqa: PLC0415 - half a second that only a migration should cost
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
