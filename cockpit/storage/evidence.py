"""Accumulators and conversation state: what is kept of people's signals.

get_evidence(conn, workspace_id, ids) -> scoring.evidence.Evidence
list_accumulators(conn, workspace_id, ids, types) -> frame       its greater half alone, by places in the lists
upsert_evidence(conn, workspace_id, evidence)                  after an advance
replace_evidence(conn, workspace_id, ids, evidence)            after a replay: rows it does not have go away
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Uuid, bindparam, delete, select, type_coerce

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import (
    NOBODY,
    bulk_upsert,
    chosen,
    in_workspace,
    listed,
    places,
    read_fixed,
    read_rows_of,
    staged,
)
from cockpit.storage.schema import accumulator, conversation
from scoring.evidence import Evidence

NUMBERS = ("amount", "last_at", "day_count", "total", "value_amount")


def get_evidence(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> Evidence:
    """What is kept of these people."""
    wanted = list(ids)
    return Evidence(
        read_rows_of(conn, conversation, workspace_id, wanted), read_rows_of(conn, accumulator, workspace_id, wanted)
    )


def list_accumulators(
    conn: Connection, workspace_id: WorkspaceId, ids: Sequence[str], types: Sequence[str]
) -> pl.DataFrame:
    """The sums of these types of these people; both come as `place` and `code`, their places in the lists."""
    values = {"workspace": workspace_id, "people": listed(ids or [NOBODY]), "types": listed(types)}
    return read_fixed(conn, _accumulators(), values)


@cache
def _accumulators() -> Select[Any]:
    """The statement of `list_accumulators`."""
    who, what = places("people", accumulator.c.person_id), places("types", accumulator.c.type)
    sums = accumulator.join(who, who.c.person_id == accumulator.c.person_id)
    sums = sums.join(what, what.c.type == accumulator.c.type)
    index = ((type_coerce(at.c.place, BigInteger) - 1).label(name) for at, name in ((who, "place"), (what, "code")))
    columns: list[ColumnElement[Any]] = [*index, *(accumulator.c[name] for name in NUMBERS)]
    return select(*columns).select_from(sums).where(accumulator.c.workspace_id == bindparam("workspace", type_=Uuid()))


def named(sums: pl.DataFrame, ids: Sequence[str], types: Sequence[str]) -> pl.DataFrame:
    """Such sums with person_id and type."""
    person_id, kind = pl.Series("person_id", ids, pl.String), pl.Series("type", types, pl.String)
    return sums.select(person_id.gather(sums["place"]), kind.gather(sums["code"]), *NUMBERS)


def upsert_evidence(conn: Connection, workspace_id: WorkspaceId, evidence: Evidence) -> None:
    """Store the evidence of the people in it."""
    bulk_upsert(conn, conversation, in_workspace(evidence.people, workspace_id))
    bulk_upsert(conn, accumulator, in_workspace(evidence.accumulators, workspace_id))


def replace_evidence(
    conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str], evidence: Evidence
) -> None:
    """Store the evidence of these people and drop what they no longer have."""
    kept_keys = evidence.accumulators.select("person_id", "type")
    with chosen(conn, ids) as wanted, staged(conn, accumulator, kept_keys) as kept:
        still = select(kept.c.person_id).where(
            kept.c.person_id == accumulator.c.person_id, kept.c.type == accumulator.c.type
        )
        gone = delete(accumulator).where(
            accumulator.c.workspace_id == workspace_id,
            accumulator.c.person_id.in_(select(wanted.c.person_id)),
            ~still.exists(),
        )
        conn.execute(gone)
    upsert_evidence(conn, workspace_id, evidence)
