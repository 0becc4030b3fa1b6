"""One page of the people list: found, ordered and cut by the database, however many people there are.

    list_people_page(conn, workspace_id, asked, *, scope=None, after=None, limit=50) -> PeoplePage
    count_people_found(conn, workspace_id, asked, *, scope=None, at_most) -> int

A page starts after the last row of the one before, never at a number of rows. Ordered by priority, it is read from the
top of an index; a search and the last touch read everybody once and keep a page. Those without a key come last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, not_, select

from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.model.places import Key, Place
from cockpit.model.viewer import Scope
from cockpit.storage.keyset import beyond, ordered
from cockpit.storage.panel_index import owned_by
from cockpit.storage.schema import company, conversation, member, person, score
from cockpit.storage.searched import person_matches
from cockpit.storage.wall import visible_to

NO_DATA = "no data"
FEW = 1000
YEARS = range(1900, 2500)  # of which an engine holds every instant
Sort = Literal["priority", "name", "last touch"]


@dataclass(frozen=True, slots=True)
class PeopleAsked:
    """Which people, and in which order."""

    search: str = ""
    owner_id: MemberId | None = None
    band: str | None = None
    company_id: UUID | None = None
    sort: Sort = "priority"


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A row of the list."""

    person_id: PersonId
    external_id: str | None
    name: str
    email: str | None
    phone: str | None
    company: str | None
    owner: str | None
    lifecycle: str
    do_not_contact: bool
    priority: float | None
    band: str
    last_at: datetime | None
    last_type: str | None
    priority_key: float | None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people, and where the next page starts; None: there is none."""

    rows: tuple[ListedPerson, ...]
    following: Place | None
    found: int | None = None  # how many people a search found, where that is known without counting


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is ordered by: a column of a table with one row a person."""

    column: ColumnElement[Any]
    table: Table
    falling: bool
    key_of: Callable[[ListedPerson], Key]
    read: Callable[[str | float], Any]


ORDERS: dict[str, Order] = {
    "priority": Order(score.c.priority_key, score, True, lambda row: row.priority_key, float),
    "name": Order(person.c.name, person, False, lambda row: row.name, str),
    "last touch": Order(
        conversation.c.last_at,
        conversation,
        True,
        lambda row: row.last_at.isoformat() if row.last_at else None,
        lambda key: _instant(str(key)),
    ),
}


def _instant(key: str) -> datetime:
    """The instant of a place.

    Raises:
        ValueError: it is none that a signal could have.
    """
    instant = datetime.fromisoformat(key)
    if instant.tzinfo is None or instant.year not in YEARS:
        raise ValueError(key)
    return instant


def list_people_page(
    conn: Connection,
    workspace_id: WorkspaceId,
    asked: PeopleAsked,
    *,
    scope: Scope | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> PeoplePage:
    """The people after a place, at most `limit` of them."""
    order = ORDERS[asked.sort]
    after = after if after is None or _is_of(order, after) else None
    people = _People(workspace_id, asked, scope)
    few = _few(conn, people) if asked.search else None
    if few is not None:
        people = replace(people, among=few)
    ids: list[UUID] = []
    if after is None or after.key is not None:
        ids += conn.scalars(_with_key(people, after, order).limit(limit + 1))
    if len(ids) <= limit and order.table is not person:
        start = after.row_id if after and after.key is None else None
        ids += conn.scalars(_without_key(people, start, order).limit(limit + 1 - len(ids)))
    rows = _rows(conn, workspace_id, ids[:limit])
    more = len(ids) > limit and bool(rows)
    return PeoplePage(
        rows, Place(order.key_of(rows[-1]), rows[-1].person_id) if more else None, None if few is None else len(few)
    )


def _few(conn: Connection, people: _People) -> tuple[UUID, ...] | None:
    """Whom a search finds, when those are few: nobody else then needs to be looked at for the order. None: many."""
    found = tuple(conn.scalars(people.ids().limit(FEW + 1)))
    return found if len(found) <= FEW else None


def _is_of(order: Order, place: Place) -> bool:
    """Whether a place can lie in this order; one of another order, or made by hand, is no reason to fail."""
    try:
        return place.key is None or order.read(place.key) is not None
    except ValueError:
        return False


def count_people_found(
    conn: Connection, workspace_id: WorkspaceId, asked: PeopleAsked, *, scope: Scope | None = None, at_most: int
) -> int:
    """How many people the list has, counted no further than `at_most`."""
    some = _People(workspace_id, asked, scope).ids().limit(at_most).subquery()
    return conn.execute(select(func.count()).select_from(some)).scalar_one()


def _with_key(people: _People, after: Place | None, order: Order) -> Select[Any]:
    """The ids of people with a key, after a place; equals by id."""
    query = people.ids(order.table).where(order.column.is_not(None))
    if after is not None and after.key is not None:
        last = (order.read(after.key), after.row_id)
        query = beyond(query, order.column, person.c.person_id, last, falling=order.falling)
    return ordered(query, order.column, person.c.person_id, falling=order.falling)


def _without_key(people: _People, start: UUID | None, order: Order) -> Select[Any]:
    """The ids of people without a key, after one of them."""
    keyed = (
        select(1)
        .select_from(order.table)
        .where(_of_person(people.workspace_id, order.table), order.column.is_not(None))
    )
    query = people.ids().where(not_(keyed.correlate(person).exists()))
    return (query if start is None else query.where(person.c.person_id > start)).order_by(person.c.person_id)


@dataclass(frozen=True, slots=True)
class _People:
    """The people who are asked for, of those who may be seen."""

    workspace_id: WorkspaceId
    asked: PeopleAsked
    scope: Scope | None
    among: tuple[UUID, ...] | None = None  # whom the search has found already

    def ids(self, ordered_by: Table | None = None) -> Select[Any]:
        """Their ids, joined with what the order and the filters need."""
        asked = self.asked
        source: Any = person
        if ordered_by is not None and ordered_by is not person:
            source = source.join(ordered_by, _of_person(self.workspace_id, ordered_by))
        if asked.band not in (None, NO_DATA) and ordered_by is not score:
            source = source.join(score, _of_person(self.workspace_id, score))
        query = select(person.c.person_id).select_from(source).where(person.c.workspace_id == self.workspace_id)
        query = query.where(*visible_to(self.scope, person), *owned_by(person.c.owner_id, asked.owner_id))
        if asked.company_id is not None:
            query = query.where(person.c.company_id == asked.company_id)
        if asked.band == NO_DATA and ordered_by is not score:
            query = query.where(not_(self._banded()))
        elif asked.band is not None:
            query = query.where(score.c.band == asked.band)
        if self.among is not None:
            return query.where(person.c.person_id.in_(self.among))
        return query.where(person_matches(asked.search)) if asked.search else query

    def _banded(self) -> ColumnElement[bool]:
        """Whether a person is in a band; who has no score at all is in none."""
        mine = select(1).select_from(score).where(_of_person(self.workspace_id, score), score.c.band != NO_DATA)
        return mine.correlate(person).exists()


def _rows(conn: Connection, workspace_id: WorkspaceId, ids: Sequence[UUID]) -> tuple[ListedPerson, ...]:
    """What the list shows of these people, in this order."""
    joined = (
        person.outerjoin(company, _of_person(workspace_id, company, "company_id", "company_id"))
        .outerjoin(member, _of_person(workspace_id, member, "member_id", "owner_id"))
        .outerjoin(score, _of_person(workspace_id, score))
        .outerjoin(conversation, _of_person(workspace_id, conversation))
    )
    columns = (
        *(person.c[name] for name in ("person_id", "external_id", "name", "email", "do_not_contact")),
        func.coalesce(person.c.phone, person.c.phone_raw).label("phone"),
        company.c.name.label("company"),
        member.c.name.label("owner"),
        func.coalesce(conversation.c.lifecycle, person.c.lifecycle).label("lifecycle"),
        score.c.priority,
        func.coalesce(score.c.band, NO_DATA).label("band"),
        conversation.c.last_at,
        conversation.c.last_type,
        score.c.priority_key,
    )
    query = select(*columns).select_from(joined).where(person.c.workspace_id == workspace_id)
    found = conn.execute(query.where(person.c.person_id.in_(ids)))
    by_id = {row.person_id: ListedPerson(**row._mapping) for row in found}
    return tuple(by_id[one] for one in ids if one in by_id)


def _of_person(
    workspace_id: WorkspaceId, table: Table, key: str = "person_id", own_key: str = "person_id"
) -> ColumnElement[bool]:
    return and_(table.c.workspace_id == workspace_id, table.c[key] == person.c[own_key])
