"""All that is kept of people's signals and follows from them, read and written with few statements.

list_locked_facts(conn, workspace_id, ids) -> frame       first thing of a restate: one writer per person
    what scoring wants as `facts`, by person_id, and `is_pending`: has signals that wait to be restated
get_standings(conn, workspace_id, ids) -> Standings       the same, with evidence and cards in any state
upsert_standings(conn, workspace_id, changes, evidence=None)      after an advance; a replay: replace_evidence
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, FromClause, Select, Table, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.at_once import OF_WORKSPACE, Ask, Build, at_once, upsert
from cockpit.storage.frames import in_workspace, own_columns
from cockpit.storage.people import FACTS
from cockpit.storage.schema import accumulator, conversation, pending_restate, person, score, suggested_action
from scoring.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Standings:
    """Evidence and suggested actions of some people, and the facts of `list_locked_facts`."""

    evidence: Evidence
    cards: pl.DataFrame
    facts: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows of `suggested_action` and `score` to write."""

    cards: pl.DataFrame
    scores: pl.DataFrame


def list_locked_facts(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> pl.DataFrame:
    """The facts of these people, whom no other transaction can restate before this one ends."""
    [facts] = at_once(conn, workspace_id, Ask(_locked_facts, person, _people(ids), locks=True))
    return facts


def get_standings(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> Standings:
    """Lock these people as `list_locked_facts` does, and read what is kept of them."""
    people = _people(ids)
    asks = (Ask(_rows_of(table), person, people) for table in (conversation, accumulator, suggested_action))
    locking = Ask(_locked_facts, person, people, locks=True)
    facts, conversations, sums, cards = at_once(conn, workspace_id, locking, *asks)
    return Standings(Evidence(conversations, sums), cards, facts)


def upsert_standings(
    conn: Connection, workspace_id: WorkspaceId, changes: Changes, evidence: Evidence | None = None
) -> None:
    """Store what differs, and evidence that signals were added to."""
    frames = {suggested_action: changes.cards, score: changes.scores}
    if evidence is not None:
        frames |= {conversation: evidence.people, accumulator: evidence.accumulators}
    asks = (upsert(table, in_workspace(frame, workspace_id)) for table, frame in frames.items() if frame.height)
    at_once(conn, workspace_id, *asks)


def _people(ids: Iterable[UUID | str]) -> pl.DataFrame:
    return pl.DataFrame({"person_id": sorted({str(one) for one in ids})}, schema={"person_id": pl.String})


def _locked_facts(given: FromClause) -> Select[Any]:
    """The ids are looked up apart: what is joined would have to be locked, too."""
    waits = select(pending_restate.c.person_id).where(
        pending_restate.c.workspace_id == OF_WORKSPACE, pending_restate.c.person_id == person.c.person_id
    )
    query = select(*FACTS, waits.exists().label("is_pending"))
    mine = (person.c.workspace_id == OF_WORKSPACE, person.c.person_id.in_(select(given.c.person_id)))
    return query.where(*mine).order_by(person.c.person_id)


@cache
def _rows_of(table: Table) -> Build:
    def build(given: FromClause) -> Select[Any]:
        joined = table.join(given, given.c.person_id == table.c.person_id)
        return select(*own_columns(table)).select_from(joined).where(table.c.workspace_id == OF_WORKSPACE)

    return build
