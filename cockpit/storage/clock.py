"""The clock of the database: the one that all workers share, however wrong those of their machines are.

get_database_time(conn) -> datetime
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, DateTime, func, select


def get_database_time(conn: Connection) -> datetime:
    """When this transaction began, by the database."""
    # all workspaces: the time is everybody's
    began: datetime = conn.execute(select(func.now(type_=DateTime(timezone=True)))).scalar_one()
    return began.astimezone(UTC)
