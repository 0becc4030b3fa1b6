"""Requests that were answered, by the key their caller gave them, so that a repeat gets the same answer.

insert_claims(conn, workspace_id, digests, *, now) -> frozenset[str]      the keys nobody had claimed before
find_answered(conn, workspace_id, key) -> Answered | None
replace_answers(conn, workspace_id, answers, *, status)                   by key, in the transaction that claimed them
replace_answer(conn, workspace_id, key, *, status, answer)                one of them
delete_old_answers(conn, workspace_id, *, before, limit) -> int            at most so many
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, FromClause, Insert, Update, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.access_tables import idempotent_request
from cockpit.storage.at_once import OF_WORKSPACE, Ask, at_once
from cockpit.storage.frame_types import INSTANT
from cockpit.storage.frames import in_workspace


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
    rows = {"idempotency_key": sorted(digests), "digest": [digests[key] for key in sorted(digests)]}
    given = pl.DataFrame(rows, schema={"idempotency_key": pl.String, "digest": pl.String})  # in one order, see above
    claims = given.with_columns(status=pl.lit(0, pl.Int32), answer=pl.lit("{}"), created_at=pl.lit(now).cast(INSTANT))
    asked = Ask(_claims, idempotent_request, in_workspace(claims, workspace_id))
    return frozenset(at_once(conn, workspace_id, asked)[0]["idempotency_key"])


def _claims(given: FromClause) -> Insert:
    # all workspaces: the rows carry their workspace_id
    statement = insert(idempotent_request).from_select(given.c.keys(), select(given)).on_conflict_do_nothing()
    return statement.returning(idempotent_request.c.idempotency_key)


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
    replace_answers(conn, workspace_id, {key: answer}, status=status)


def replace_answers(
    conn: Connection, workspace_id: WorkspaceId, answers: Mapping[str, Mapping[str, Any]], *, status: int
) -> None:
    """Keep the answers of claimed keys."""
    rows = [(key, status, json.dumps(dict(answer))) for key, answer in sorted(answers.items())]
    schema = {"idempotency_key": pl.String, "status": pl.Int32, "answer": pl.String}
    given = pl.DataFrame(rows, schema=schema, orient="row")
    at_once(conn, workspace_id, Ask(_answers, idempotent_request, given))


def _answers(given: FromClause) -> Update:
    table = idempotent_request
    mine = (table.c.workspace_id == OF_WORKSPACE, table.c.idempotency_key == given.c.idempotency_key)
    return update(table).where(*mine).values(status=given.c.status, answer=given.c.answer)


def delete_old_answers(conn: Connection, workspace_id: WorkspaceId, *, before: datetime, limit: int) -> int:
    """Forget answers nobody will ask for again."""
    table = idempotent_request
    chosen = select(table.c.idempotency_key).where(table.c.workspace_id == workspace_id, table.c.created_at < before)
    some = chosen.limit(limit).scalar_subquery()
    old = delete(table).where(table.c.workspace_id == workspace_id, table.c.idempotency_key.in_(some))
    return len(conn.execute(old.returning(table.c.idempotency_key)).all())
