"""What panels know of people: facts, conversations, sums, cards and signals, as frames."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, and_, func, select

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage.frames import chosen, read_frame
from cockpit.storage.schema import (
    accumulator,
    company,
    conversation,
    member,
    person,
    signal,
    suggested_action,
)

Ids = Iterable[UUID | str]


def list_facts(
    conn: Connection, workspace_id: WorkspaceId, ids: Ids | None = None, *, owner_id: MemberId | None = None
) -> pl.DataFrame:
    """What is known of people besides their signals: of the given ones, of one owner, or of everybody."""
    query = _facts().where(person.c.workspace_id == workspace_id)
    if owner_id is not None:
        query = query.where(person.c.owner_id == owner_id)
    return _of_people(conn, query, person, ids)


def list_conversations(conn: Connection, workspace_id: WorkspaceId, ids: Ids) -> pl.DataFrame:
    """The conversation states of the given people."""
    columns = [column for column in conversation.c if column.name != "workspace_id"]
    query = select(*columns).where(conversation.c.workspace_id == workspace_id)
    return _of_people(conn, query, conversation, ids)


def list_accumulators(conn: Connection, workspace_id: WorkspaceId, ids: Ids) -> pl.DataFrame:
    """The decayed sums of the given people."""
    columns = [column for column in accumulator.c if column.name != "workspace_id"]
    query = select(*columns).where(accumulator.c.workspace_id == workspace_id)
    return _of_people(conn, query, accumulator, ids)


def list_cards(conn: Connection, workspace_id: WorkspaceId, ids: Ids) -> pl.DataFrame:
    """Every card of the given people, also those that are over."""
    columns = [column for column in suggested_action.c if column.name != "workspace_id"]
    query = select(*columns).where(suggested_action.c.workspace_id == workspace_id)
    return _of_people(conn, query, suggested_action, ids)


def list_decisions(conn: Connection, workspace_id: WorkspaceId, *, before: datetime | None = None) -> pl.DataFrame:
    """Cards somebody snoozed, dismissed or executed, of the whole workspace."""
    columns = [column for column in suggested_action.c if column.name != "workspace_id"]
    decided = suggested_action.c.state.in_(["SNOOZED", "DISMISSED", "EXECUTED"])
    query = select(*columns).where(suggested_action.c.workspace_id == workspace_id, decided)
    return read_frame(conn, query if before is None else query.where(suggested_action.c.changed_at <= before))


def list_signals(
    conn: Connection, workspace_id: WorkspaceId, *, before: datetime | None = None, ids: Ids | None = None
) -> pl.DataFrame:
    """What a replay needs of the signals before an instant: of the given people or of everybody."""
    query = select(
        signal.c.person_id, signal.c.type, signal.c.occurred_at, signal.c.value, signal.c.scheduled_for
    ).where(signal.c.workspace_id == workspace_id)
    if before is not None:
        query = query.where(signal.c.occurred_at < before)
    return _of_people(conn, query, signal, ids)


def find_person_id(conn: Connection, workspace_id: WorkspaceId, reference: str) -> str | None:
    """The person with this external id, or else with this id."""
    query = select(person.c.person_id).where(person.c.workspace_id == workspace_id)
    found = conn.execute(query.where(person.c.external_id == reference)).scalar()
    identity = _uuid(reference)
    if found is None and identity is not None:
        found = conn.execute(query.where(person.c.person_id == identity)).scalar()
    return None if found is None else str(found)


def list_timeline(
    conn: Connection,
    workspace_id: WorkspaceId,
    person_id: str,
    *,
    before: datetime | None,
    offset: int,
    limit: int,
) -> pl.DataFrame:
    """The signals of a person, newest first, one page."""
    mine = (signal.c.workspace_id == workspace_id, signal.c.person_id == UUID(person_id))
    until = () if before is None else (signal.c.occurred_at < before,)
    columns = ("type", "occurred_at", "received_at", "value", "channel", "direction", "scheduled_for")
    query = (
        select(*(signal.c[name] for name in columns), signal.c.source, signal.c.source_event_id)
        .where(*mine, *until)
        .order_by(signal.c.occurred_at.desc(), signal.c.source, signal.c.source_event_id)
        .offset(offset)
        .limit(limit)
    )
    return read_frame(conn, query)


def count_signals(conn: Connection, workspace_id: WorkspaceId, person_id: str, *, before: datetime | None) -> int:
    """How many signals a person has."""
    mine = (signal.c.workspace_id == workspace_id, signal.c.person_id == UUID(person_id))
    until = () if before is None else (signal.c.occurred_at < before,)
    return conn.execute(select(func.count()).select_from(signal).where(*mine, *until)).scalar_one()


def _facts() -> Select[Any]:
    joined: FromClause = person.outerjoin(company, _belongs(company, "company_id", "company_id"))
    joined = joined.outerjoin(member, _belongs(member, "member_id", "owner_id"))
    return select(
        person.c.person_id,
        person.c.external_id,
        person.c.name,
        person.c.email,
        person.c.phone,
        person.c.phone.is_not(None).label("has_phone"),
        person.c.email.is_not(None).label("has_email"),
        person.c.lifecycle,
        person.c.do_not_contact,
        person.c.time_zone,
        person.c.country,
        person.c.value,
        person.c.attributes,
        person.c.created_at,
        person.c.owner_id,
        company.c.name.label("company"),
        member.c.name.label("owner"),
    ).select_from(joined)


def _belongs(table: Table, key: str, own_key: str) -> ColumnElement[bool]:
    return and_(table.c.workspace_id == person.c.workspace_id, table.c[key] == person.c[own_key])


def _of_people(conn: Connection, query: Select[Any], table: Table, ids: Ids | None) -> pl.DataFrame:
    """The rows of a query for some people, or all of them."""
    if ids is None:
        return read_frame(conn, query)
    with chosen(conn, ids) as some:
        return read_frame(conn, query.where(table.c.person_id.in_(select(some.c.person_id))))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
