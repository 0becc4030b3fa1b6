"""Little memory for a process that only passes rows on.

DuckDB keeps what it read until its limit, most of the machine's memory. That is right for a server, which reads the
same rows again and again, and wrong for a command that reads every row once. What needs more is spilled beside
the file.
"""

from __future__ import annotations

from sqlalchemy import text

from cockpit.storage.database import Database

# By engine; PostgreSQL keeps its pages in processes of its own.
SETTINGS = {"duckdb": "SET memory_limit = '128MB'"}


def spare_memory(db: Database) -> None:
    """From now on the whole process keeps little: call it only where nothing else uses the database."""
    if setting := SETTINGS.get(db.engine_name):
        # all workspaces: no row is read
        with db.read() as conn:
            conn.execute(text(setting))
