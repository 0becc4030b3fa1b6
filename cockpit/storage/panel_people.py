"""What panels know of people besides their evidence: facts with names, and what members decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, Uuid, and_, bindparam, func, select

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.frames import NOBODY, chosen, listed, own_columns, places, read_frame
from cockpit.storage.panel_index import PHONE_PREFIX, owned_by
from cockpit.storage.schema import company, conversation, member, person, score, signal, suggested_action
from cockpit.storage.wall import visible_to

Ids = Iterable[UUID | str]
DECIDED = ("SNOOZED", "DISMISSED", "EXECUTED")
CARD = (
    *("action_type", "situation", "urgency", "effect", "effort"),
    *("channel", "evidence_type", "evidence_at", "expires_at"),
)


def list_panel_facts(
    conn: Connection,
    workspace_id: WorkspaceId,
    ids: Ids | None = None,
    *,
    owner_id: MemberId | None = None,
    scope: Scope | None = None,
) -> pl.DataFrame:
    """What is known of people besides their signals: of the given ones, of one owner, or of everybody."""
    query = _facts().where(person.c.workspace_id == workspace_id, *owned_by(person.c.owner_id, owner_id))
    query = query.where(*visible_to(scope, person))
    if ids is None:
        return read_frame(conn, query)
    with chosen(conn, ids) as some:
        return read_frame(conn, query.join(some, some.c.person_id == person.c.person_id))


def list_panel_people(
    conn: Connection, workspace_id: WorkspaceId, ids: Ids, *, scope: Scope | None = None
) -> pl.DataFrame:
    """All that is stored of these people but their sums: facts, conversation, best card, and what holds until when.

    What signals say of the lifecycle wins over what is on file.
    """
    wanted = sorted({str(identity) for identity in ids}) or [NOBODY]
    values = {"workspace": workspace_id, "people": listed(wanted)}
    if scope is None:
        return read_frame(conn, _panel_people(None), values)
    return read_frame(conn, _panel_people(scope.with_system), values | {"viewer": scope.member_id})


@cache
def _panel_people(with_system: bool | None) -> Select[Any]:
    """The statement of `list_panel_people`, whose values are parameters; `with_system` of the scope, None: no scope."""
    viewer: Any = bindparam("viewer", type_=Uuid())
    scope = None if with_system is None else Scope(viewer, with_system)
    workspace_id: Any = bindparam("workspace", type_=Uuid())
    facts = [column for column in _facts().selected_columns if column.key != "lifecycle"]
    talk = [column for column in own_columns(conversation) if column.key not in ("person_id", "lifecycle")]
    lifecycle = func.coalesce(conversation.c.lifecycle, person.c.lifecycle, "lead").label("lifecycle")
    card = [suggested_action.c[name].label(f"card_{name}") for name in CARD]
    card.append(suggested_action.c.action_id.label("card_action_key"))
    ahead = (score.c.crosses_at, score.c.crosses_to)
    best = and_(_belongs(suggested_action, "person_id", "person_id"), suggested_action.c.rank_key.is_not(None))
    some = places("people", person.c.person_id)
    return (
        select(*facts, lifecycle, *talk, *ahead, suggested_action.c.rank_key, *card)
        .select_from(_people())
        .outerjoin(conversation, _belongs(conversation, "person_id", "person_id"))
        .outerjoin(suggested_action, best)
        .join(some, some.c.person_id == person.c.person_id)
        .where(person.c.workspace_id == workspace_id, *visible_to(scope, person))
    )


def list_decisions(
    conn: Connection, workspace_id: WorkspaceId, *, before: datetime | None = None, scope: Scope | None = None
) -> pl.DataFrame:
    """Cards somebody had snoozed, dismissed or executed by an instant, of the whole workspace."""
    query = select(*own_columns(suggested_action)).where(
        suggested_action.c.workspace_id == workspace_id,
        suggested_action.c.state.in_(DECIDED),
        *visible_to(scope, suggested_action),
    )
    return read_frame(conn, query if before is None else query.where(suggested_action.c.changed_at <= before))


def list_history(
    conn: Connection, workspace_id: WorkspaceId, *, before: datetime, scope: Scope | None = None
) -> pl.DataFrame:
    """The signals of everybody before an instant, with all that a replay of panels reads."""
    columns = ("person_id", "type", "direction", "occurred_at", "value", "scheduled_for")
    query = select(*(signal.c[name] for name in columns)).where(signal.c.workspace_id == workspace_id)
    query = query.where(*visible_to(scope, signal))
    return read_frame(conn, query.where(signal.c.occurred_at < before))


def _facts() -> Select[Any]:
    """People with the names of their companies and owners; the caller says which workspace_id."""
    return select(
        person.c.person_id,
        person.c.external_id,
        person.c.name,
        person.c.phone.is_not(None).label("has_phone"),
        person.c.email.is_not(None).label("has_email"),
        person.c.lifecycle,
        person.c.do_not_contact,
        person.c.time_zone,
        func.substr(person.c.phone, 1, PHONE_PREFIX).label("phone_prefix"),
        person.c.country,
        person.c.value,
        person.c.attributes,
        person.c.created_at,
        person.c.owner_id,
        company.c.name.label("company"),
        member.c.name.label("owner"),
        score.c.computed_at.label("stored_at"),
        score.c.due_at.label("stored_due_at"),
    ).select_from(_people())


def _people() -> FromClause:
    joined = person.outerjoin(company, _belongs(company, "company_id", "company_id"))
    joined = joined.outerjoin(member, _belongs(member, "member_id", "owner_id"))
    return joined.outerjoin(score, _belongs(score, "person_id", "person_id"))


def _belongs(table: Table, key: str, own_key: str) -> ColumnElement[bool]:
    return and_(table.c.workspace_id == person.c.workspace_id, table.c[key] == person.c[own_key])
