"""The people list as a stream: every person of a workspace with company, owner and the stored scores.

Sorting everybody needs memory for everybody, and so does joining everybody with their scores. Ids are hashes and spread
evenly, so equal ranges of ids hold about as many people each: range after range, the list is joined and sorted in
memory that does not grow. What a range costs besides is a look at the ids: some 30 ms for each million of people.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import stream_frames
from cockpit.storage.schema import company, conversation, member, person, score

RANGE_PEOPLE = 50_000
ALL_IDS = 2**128


def stream_people(
    conn: Connection, workspace_id: WorkspaceId, *, batch_rows: int = 25_000, range_people: int = RANGE_PEOPLE
) -> Iterator[pl.DataFrame]:
    """Everybody in the workspace in the order of their ids, a batch at a time; scores as computed at `scored_at`."""
    ranges = count_people(conn, workspace_id) // range_people + 1
    for number in range(ranges):
        first, last = number * ALL_IDS // ranges, (number + 1) * ALL_IDS // ranges - 1
        yield from stream_frames(conn, _listed(workspace_id, UUID(int=first), UUID(int=last)), batch_rows)


def count_people(conn: Connection, workspace_id: WorkspaceId) -> int:
    """How many people the list has."""
    return conn.execute(select(func.count()).where(person.c.workspace_id == workspace_id)).scalar_one()


def _listed(workspace_id: WorkspaceId, first: UUID, last: UUID) -> Select[Any]:
    """The people with ids in this range, sorted by them."""
    scored, heard = (
        # The range again: the database then leaves all other rows of that table out before it joins.
        and_(_with_person(table, "person_id"), table.c.person_id.between(first, last))
        for table in (score, conversation)
    )
    joined = (
        person.outerjoin(company, _with_person(company, "company_id"))
        .outerjoin(member, _with_person(member, "member_id", "owner_id"))
        .outerjoin(score, scored)
        .outerjoin(conversation, heard)
    )
    return (
        select(
            person.c.person_id,
            person.c.external_id,
            person.c.name,
            person.c.email,
            func.coalesce(person.c.phone, person.c.phone_raw).label("phone"),
            company.c.name.label("company"),
            member.c.name.label("owner"),
            person.c.lifecycle,
            person.c.do_not_contact,
            person.c.time_zone,
            person.c.country,
            person.c.value,
            score.c.priority,
            score.c.band,
            score.c.engagement,
            score.c.intent,
            score.c.fit,
            score.c.computed_at.label("scored_at"),
            conversation.c.signals,
            conversation.c.last_at.label("last_signal_at"),
            conversation.c.turn,
            person.c.created_at,
        )
        .select_from(joined)
        .where(person.c.workspace_id == workspace_id, person.c.person_id.between(first, last))
        .order_by(person.c.person_id)
    )


def _with_person(table: Table, key: str, own_key: str | None = None) -> ColumnElement[bool]:
    """The rows of a table that belong to the person's row."""
    return and_(table.c.workspace_id == person.c.workspace_id, table.c[key] == person.c[own_key or key])
