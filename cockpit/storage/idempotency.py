"""Requests that were answered, by the key their caller gave them, so that a repeat gets the same answer.

insert_claims(conn, workspace_id, digests, *, now) -> frozenset[str]      the keys nobody had claimed before
find_answered(conn, workspace_id, key) -> Answered | None
replace_answer(conn, workspace_id, key, *, status, answer)                in the transaction that claimed it
delete_old_answers(conn, workspace_id, *, before, limit) -> int            at most so many
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.access_tables import idempotent_request


@dataclass(frozen=True, slots=True)
class Answered:
    """What was asked under a key, by its digest, and what was answered."""

    digest: str
    status: int
    answer: Mapping[str, Any]


def insert_claims(
    conn: Connection, workspace_id: WorkspaceId, digests: Mapping[str, str], *, now: datetime
) -> frozenset[str]:
    """Claim keys; another transaction with one of them waits until this one ends, and then does not get it."""
    claimed: set[str] = set()
    for key, digest in sorted(digests.items()):  # in one order, so that two claimants cannot block each other
        row = {"workspace_id": workspace_id, "idempotency_key": key, "digest": digest, "created_at": now}
        statement = insert(idempotent_request).values(**row, status=0, answer={}).on_conflict_do_nothing()
        claimed.update(conn.execute(statement.returning(idempotent_request.c.idempotency_key)).scalars())
    return frozenset(claimed)


def find_answered(conn: Connection, workspace_id: WorkspaceId, key: str) -> Answered | None:
    """What was answered under this key."""
    table = idempotent_request
    query = select(table.c.digest, table.c.status, table.c.answer)
    row = conn.execute(query.where(table.c.workspace_id == workspace_id, table.c.idempotency_key == key)).one_or_none()
    return None if row is None else Answered(**row._mapping)


def replace_answer(
    conn: Connection, workspace_id: WorkspaceId, key: str, *, status: int, answer: Mapping[str, Any]
) -> None:
    """Keep the answer of a claimed key."""
    table = idempotent_request
    mine = update(table).where(table.c.workspace_id == workspace_id, table.c.idempotency_key == key)
    conn.execute(mine.values(status=status, answer=dict(answer)))


def delete_old_answers(conn: Connection, workspace_id: WorkspaceId, *, before: datetime, limit: int) -> int:
    """Forget answers nobody will ask for again."""
    table = idempotent_request
    chosen = select(table.c.idempotency_key).where(table.c.workspace_id == workspace_id, table.c.created_at < before)
    some = chosen.limit(limit).scalar_subquery()
    old = delete(table).where(table.c.workspace_id == workspace_id, table.c.idempotency_key.in_(some))
    return len(conn.execute(old.returning(table.c.idempotency_key)).all())
