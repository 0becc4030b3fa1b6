"""Accumulators and conversation state: what is kept of people's signals.

get_evidence(conn, workspace_id, ids) -> scoring.evidence.Evidence
list_accumulators(conn, workspace_id, ids, types) -> frame       its greater half alone
upsert_evidence(conn, workspace_id, evidence)                  after an advance
replace_evidence(conn, workspace_id, ids, evidence)            after a replay: rows it does not have go away
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import polars as pl
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Uuid, delete, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import bulk_upsert, chosen, in_workspace, read_fixed, read_rows_of, staged
from cockpit.storage.schema import accumulator, conversation
from scoring.evidence import Evidence

FEW = 500  # people whose ids travel with the statement
PERSON = {"person_id": pl.String}
NUMBERS = ("amount", "last_at", "day_count", "total", "value_amount")
PLACES = Table("place", MetaData(), Column("person_id", Uuid), Column("place", Integer))
CODES = Table("code", MetaData(), Column("type", String), Column("code", Integer))


def get_evidence(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> Evidence:
    """What is kept of these people."""
    wanted = list(ids)
    return Evidence(
        read_rows_of(conn, conversation, workspace_id, wanted), read_rows_of(conn, accumulator, workspace_id, wanted)
    )


def list_accumulators(
    conn: Connection, workspace_id: WorkspaceId, ids: Sequence[str], types: Sequence[str]
) -> pl.DataFrame:
    """The sums of these types of these people; ids and types travel as their places in the lists."""
    if len(ids) > FEW:
        return read_rows_of(conn, accumulator, workspace_id, ids)
    people = pl.DataFrame({"person_id": ids, "place": range(len(ids))}, schema={**PERSON, "place": pl.Int32})
    kinds = pl.DataFrame({"type": types, "code": range(len(types))}, schema={"type": pl.String, "code": pl.Int32})
    with staged(conn, PLACES, people) as who, staged(conn, CODES, kinds) as what:
        sums = accumulator.join(who, who.c.person_id == accumulator.c.person_id)
        sums = sums.join(what, what.c.type == accumulator.c.type)
        query = select(who.c.place, what.c.code, *(accumulator.c[name] for name in NUMBERS)).select_from(sums)
        found = read_fixed(conn, query.where(accumulator.c.workspace_id == workspace_id))
    return found.select(people["person_id"].gather(found["place"]), kinds["type"].gather(found["code"]), *NUMBERS)


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
