"""The people list as a stream: the people of a workspace, or those a filter leaves, with company, owner and scores.

Sorting everybody needs memory for everybody, and so does joining everybody with their scores. Ids are hashes and spread
evenly, so equal ranges of ids hold about as many people each: range after range, the list is joined and sorted in
memory that does not grow. What a range costs besides is a look at the ids: some 30 ms for each million of people.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, literal, select

from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.frames import stream_frames
from cockpit.storage.panel_index import owned_by
from cockpit.storage.people_page import NO_DATA, PeopleAsked
from cockpit.storage.schema import company, conversation, member, person, score
from cockpit.storage.searched import person_matches
from cockpit.storage.wall import visible_to

# Some 100,000 people with ordinary names. More would be faster: a range costs a look at all ids, whatever it holds.
RANGE_BYTES = 30_000_000
OTHER_BYTES = 250  # of a person beside the texts that somebody wrote
WRITTEN = (person.c.external_id, person.c.name, person.c.email, person.c.phone_raw, person.c.country)
EVERYBODY = PeopleAsked()
SAMPLE_PEOPLE = 2_000
ALL_IDS = 2**128


def stream_people(
    conn: Connection,
    workspace_id: WorkspaceId,
    *,
    scope: Scope | None = None,
    asked: PeopleAsked = EVERYBODY,
    range_bytes: int = RANGE_BYTES,
) -> Iterator[pl.DataFrame]:
    """Who is asked for, in the order of their ids, a batch at a time; scores as computed at `scored_at`."""
    people = count_people(conn, workspace_id, scope=scope)
    range_people = max(range_bytes // _bytes_each(conn, workspace_id, people), 1)
    for first, last in _ranges(people // range_people + 1):
        yield from stream_frames(
            conn, _listed(workspace_id, first, last, scope).where(*_filters(asked)), max(range_people // 4, 1)
        )


def count_people(conn: Connection, workspace_id: WorkspaceId, *, scope: Scope | None = None) -> int:
    """How many people the list has."""
    mine = (person.c.workspace_id == workspace_id, *visible_to(scope, person))
    return conn.execute(select(func.count()).where(*mine)).scalar_one()


def _filters(asked: PeopleAsked) -> Iterator[ColumnElement[bool]]:
    """What a page of the list leaves out, the file leaves out."""
    yield from owned_by(person.c.owner_id, asked.owner_id)
    if asked.company_id is not None:
        yield person.c.company_id == asked.company_id
    if asked.band is not None:
        yield func.coalesce(score.c.band, NO_DATA) == asked.band
    if asked.search:
        yield person_matches(asked.search)


def _ranges(count: int) -> Iterator[tuple[UUID, UUID]]:
    """All ids in so many equal ranges, each with its first and its last id."""
    for number in range(count):
        yield UUID(int=number * ALL_IDS // count), UUID(int=(number + 1) * ALL_IDS // count - 1)


def _bytes_each(conn: Connection, workspace_id: WorkspaceId, people: int) -> int:
    """About how long a person is, by the first few of them: names may be whole paragraphs."""
    first, last = next(_ranges(people // SAMPLE_PEOPLE + 1))
    written = sum((func.coalesce(func.length(column), 0) for column in WRITTEN), literal(OTHER_BYTES))
    mine = select(func.avg(written)).where(person.c.workspace_id == workspace_id)
    found = conn.execute(mine.where(person.c.person_id.between(first, last))).scalar_one()
    return math.ceil(found or OTHER_BYTES)


def _listed(workspace_id: WorkspaceId, first: UUID, last: UUID, scope: Scope | None) -> Select[Any]:
    """The people with ids in this range, sorted by them."""
    scored, heard = (
        # The range again: the database then leaves all other rows of that table out before it joins.
        and_(_of_person(workspace_id, table, "person_id"), table.c.person_id.between(first, last))
        for table in (score, conversation)
    )
    joined = (
        person.outerjoin(company, _of_person(workspace_id, company, "company_id"))
        .outerjoin(member, _of_person(workspace_id, member, "member_id", "owner_id"))
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
        .where(*visible_to(scope, person))
        .order_by(person.c.person_id)
    )


def _of_person(workspace_id: WorkspaceId, table: Table, key: str, own_key: str | None = None) -> ColumnElement[bool]:
    """The rows of a table that belong to the person's row; the workspace is no part of what is compared row by row."""
    return and_(table.c.workspace_id == workspace_id, table.c[key] == person.c[own_key or key])
