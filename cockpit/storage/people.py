"""People and companies. Frames have the columns of the table without workspace_id; ids are text in frames.

    get_person(conn, workspace_id, who, *, scope=None) -> Person    who: id or external id; raises NotFound
    find_person(conn, workspace_id, who, *, scope=None) -> Person | None
    upsert_people(conn, workspace_id, frame) -> int         any columns of `person`, person_id among them
    upsert_companies(conn, workspace_id, frame) -> int
    replace_is_system(conn, workspace_id, person_id, *, created_at)     made by an integration, not by a member
    list_people(conn, workspace_id, ids) -> frame           table columns + company, owner (names)
    list_facts(conn, workspace_id, ids) -> frame            what scoring.score wants as `facts`
    list_person_ids_after(conn, workspace_id, after, limit) -> pl.Series
    list_locked(conn, workspace_id, ids) -> pl.Series       first thing of a restate: one writer per person
    list_visible(conn, workspace_id, ids, *, scope) -> frozenset[UUID]    those of these people who exist for somebody
    count_people(conn, workspace_id, *, scope=None) -> int
Finding many by external id, e-mail or phone: cockpit.storage.matching.list_matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update

from cockpit.errors import NotFound
from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.engines import engine_of
from cockpit.storage.frames import bulk_upsert, chosen, in_workspace, own_columns, read_frame
from cockpit.storage.schema import company, member, person
from cockpit.storage.wall import visible_to


@dataclass(frozen=True, slots=True)
class Person:
    """A contact of a workspace."""

    person_id: PersonId
    external_id: str | None
    name: str
    email: str | None
    phone: str | None
    phone_raw: str | None
    company_id: UUID | None
    owner_id: MemberId | None
    lifecycle: str
    do_not_contact: bool
    time_zone: str | None
    country: str | None
    value: float | None
    attributes: Mapping[str, Any]
    is_demo: bool
    created_at: datetime
    updated_at: datetime
    is_system: bool | None
    company: str | None
    owner: str | None


FACTS: tuple[ColumnElement[Any], ...] = (
    person.c.person_id,
    person.c.name,
    person.c.external_id,
    person.c.lifecycle,
    person.c.do_not_contact,
    person.c.value,
    person.c.attributes,
    person.c.created_at,
    person.c.time_zone,
    person.c.phone.is_not(None).label("has_phone"),
    person.c.email.is_not(None).label("has_email"),
    person.c.owner_id,
)


def get_person(conn: Connection, workspace_id: WorkspaceId, who: str | UUID, *, scope: Scope | None = None) -> Person:
    """The person with this id or external id.

    Raises:
        NotFound: There is none in this workspace, or none on this side of the wall.
    """
    found = find_person(conn, workspace_id, who, scope=scope)
    if found is None:
        raise NotFound(f"There is no person {who} in this workspace.")
    return found


def find_person(
    conn: Connection, workspace_id: WorkspaceId, who: str | UUID, *, scope: Scope | None = None
) -> Person | None:
    """The person with this id or external id, or None; an id wins over an external id that looks like one."""
    same = [person.c.external_id == str(who)]
    identity = _as_uuid(who)
    if identity is not None:
        same.append(person.c.person_id == identity)
    query = _with_names(*own_columns(person)).where(person.c.workspace_id == workspace_id, or_(*same))
    rows = [Person(**row._mapping) for row in conn.execute(query.where(*visible_to(scope, person)))]
    return max(rows, key=lambda one: one.person_id == identity, default=None)


def upsert_people(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Add people, or change the given columns of those who exist."""
    return bulk_upsert(conn, person, in_workspace(frame, workspace_id))


def replace_is_system(
    conn: Connection, workspace_id: WorkspaceId, person_id: PersonId, *, created_at: datetime
) -> None:
    """Say that an integration created this person on behalf of nobody, if they were created at this instant."""
    mine = (person.c.workspace_id == workspace_id, person.c.person_id == person_id)
    conn.execute(update(person).where(*mine, person.c.created_at == created_at).values(is_system=True))


def upsert_companies(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Add companies, or change the given columns of those that exist."""
    return bulk_upsert(conn, company, in_workspace(frame, workspace_id))


def list_people(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> pl.DataFrame:
    """These people with the names of their companies and owners."""
    with chosen(conn, ids) as wanted:
        query = _with_names(*own_columns(person)).join(wanted, wanted.c.person_id == person.c.person_id)
        return read_frame(conn, query.where(person.c.workspace_id == workspace_id))


def list_facts(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> pl.DataFrame:
    """What scoring has to know of these people besides their signals."""
    with chosen(conn, ids) as wanted:
        query = select(*FACTS).join(wanted, wanted.c.person_id == person.c.person_id)
        return read_frame(conn, query.where(person.c.workspace_id == workspace_id))


def list_person_ids_after(
    conn: Connection, workspace_id: WorkspaceId, after: UUID | str | None, limit: int
) -> pl.Series:
    """The ids of the next people, in order."""
    return read_frame(conn, _page(select(person.c.person_id), workspace_id, after, limit))["person_id"]


def list_locked(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> pl.Series:
    """The ids of these people, whom no other transaction can restate before this one ends."""
    with chosen(conn, ids) as wanted:
        query = select(person.c.person_id).where(
            person.c.workspace_id == workspace_id, person.c.person_id.in_(select(wanted.c.person_id))
        )
        held = conn.execute(engine_of(conn).locked(query.order_by(person.c.person_id))).scalars().all()
    return pl.Series("person_id", [str(identity) for identity in held], dtype=pl.String)


def list_visible(
    conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str], *, scope: Scope | None
) -> frozenset[UUID]:
    """Those of these people who are there, on this side of the wall."""
    with chosen(conn, ids) as wanted:
        query = select(person.c.person_id).join(wanted, wanted.c.person_id == person.c.person_id)
        mine = query.where(person.c.workspace_id == workspace_id, *visible_to(scope, person))
        return frozenset(conn.execute(mine).scalars())


def count_people(conn: Connection, workspace_id: WorkspaceId, *, scope: Scope | None = None) -> int:
    """How many people a workspace has."""
    query = select(func.count()).select_from(person).where(person.c.workspace_id == workspace_id)
    return int(conn.execute(query.where(*visible_to(scope, person))).scalar_one())


def _with_names(*columns: ColumnElement[Any]) -> Select[Any]:
    """People with the names of their companies and owners."""
    of_company = and_(company.c.workspace_id == person.c.workspace_id, company.c.company_id == person.c.company_id)
    of_owner = and_(member.c.workspace_id == person.c.workspace_id, member.c.member_id == person.c.owner_id)
    return (
        select(*columns, company.c.name.label("company"), member.c.name.label("owner"))
        .select_from(person)
        .outerjoin(company, of_company)
        .outerjoin(member, of_owner)
    )


def _page(query: Select[Any], workspace_id: WorkspaceId, after: UUID | str | None, limit: int) -> Select[Any]:
    """The next rows by id."""
    query = query.where(person.c.workspace_id == workspace_id).order_by(person.c.person_id).limit(limit)
    return query if after is None else query.where(person.c.person_id > UUID(str(after)))


def _as_uuid(who: str | UUID) -> UUID | None:
    """The id that a text stands for, or None when it is no id."""
    try:
        return UUID(str(who))
    except ValueError:
        return None
