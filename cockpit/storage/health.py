"""The state of a whole database, for `cockpit doctor` and the readiness check.

count_orphans(conn) -> dict[table, int]           rows whose parent is missing; DuckDB has no foreign keys
count_waiting(conn, now) -> Waiting               work that is not done yet, over all workspaces
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, ForeignKeyConstraint, and_, exists, func, select

from cockpit.storage.schema import import_run, metadata, pending_restate, score, unmatched_signal


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is left to do."""

    people_to_restate: int
    scores_overdue: int
    imports_unfinished: int
    signals_unmatched: int


def count_orphans(conn: Connection) -> dict[str, int]:
    """How many rows of each table have lost their parent; tables without such rows are left out."""
    counts: dict[str, int] = {}
    for table in metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            counts[table.name] = counts.get(table.name, 0) + _count_without_parent(conn, key)
    return {name: rows for name, rows in counts.items() if rows}


def count_waiting(conn: Connection, now: datetime) -> Waiting:
    """How much work waits in all workspaces."""
    # all workspaces: the doctor looks at the whole database
    parts = (
        select(func.count()).select_from(pending_restate),
        select(func.count()).select_from(score).where(score.c.due_at <= now),
        select(func.count()).select_from(import_run).where(import_run.c.finished_at.is_(None)),
        select(func.count()).select_from(unmatched_signal),
    )
    return Waiting(*(int(conn.execute(part).scalar_one()) for part in parts))


def _count_without_parent(conn: Connection, key: ForeignKeyConstraint) -> int:
    """The rows of one foreign key that refer to what is not there; who leaves a part of it open refers to none."""
    refers = (element.parent.is_not(None) for element in key.elements)
    parent = key.referred_table.alias("parent")
    same = and_(*(element.parent == parent.c[element.column.name] for element in key.elements))
    # all workspaces: the doctor looks at the whole database
    lost = (
        select(func.count()).select_from(key.table).where(*refers, ~exists(select(1).select_from(parent).where(same)))
    )
    return int(conn.execute(lost).scalar_one())
