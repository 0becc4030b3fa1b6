"""What columns, keys and indexes are made of: the same on both engines, `workspace_id` first in every key.

Instants are TIMESTAMP WITH TIME ZONE in UTC. Foreign keys exist on PostgreSQL only (docs/decisions/0003).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON().with_variant(JSONB(), "postgresql")


def instant(name: str, *, nullable: bool = True) -> Column[Any]:
    """A point in time, UTC."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def identifier(name: str, *, key: bool = False, nullable: bool = True) -> Column[Any]:
    """A UUID column."""
    return Column(name, Uuid, primary_key=key, nullable=nullable and not key)


def words(name: str, *, key: bool = False, nullable: bool = True) -> Column[Any]:
    """A text column."""
    return Column(name, String, primary_key=key, nullable=nullable and not key)


def workspace_column() -> Column[Any]:
    """The tenant of the row; first in every key."""
    return Column("workspace_id", Uuid, primary_key=True, nullable=False)


def refers(columns: list[str], table: str, targets: list[str]) -> ForeignKeyConstraint:
    """A foreign key on PostgreSQL; on DuckDB it would break updates of indexed parents."""
    key = ForeignKeyConstraint(columns, [f"{table}.{target}" for target in targets], ondelete="CASCADE")
    return key.ddl_if(dialect="postgresql")


def lookup(name: str, *columns: str, sparse: str | None = None) -> Index:
    """An index that speeds reads, on PostgreSQL only; `sparse` leaves out the rows where that column is null.

    DuckDB reads with indexes of several columns as fast as without them, and they make its upserts seven times slower.
    """
    where = text(f"{sparse} IS NOT NULL") if sparse else None
    return Index(name, *columns, postgresql_where=where).ddl_if(dialect="postgresql")


def of_workspace() -> ForeignKeyConstraint:
    """Rows go with their workspace."""
    return refers(["workspace_id"], "workspace", ["workspace_id"])


def of_person() -> ForeignKeyConstraint:
    """Rows go with their person."""
    return refers(["workspace_id", "person_id"], "person", ["workspace_id", "person_id"])
