"""One page of the opportunities, the next to close first.

list_opportunities_page(conn, workspace_id, *, scope=None, search="", stage=None, after=None, limit=50)
    -> OpportunitiesPage
find_opportunity(conn, workspace_id, opportunity_id, *, scope=None) -> ListedOpportunity | None
list_stages(conn, workspace_id, *, scope=None) -> tuple[str, ...]

Behind the person wall there are only the opportunities with one's own people: the name of a deal often names a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, or_, select

from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.model.places import Place
from cockpit.model.viewer import Scope
from cockpit.storage.keyset import beyond, ordered
from cockpit.storage.schema import company, opportunity, person
from cockpit.storage.searched import contains
from cockpit.storage.wall import visible_to

NO_DATE = date(9999, 12, 31)
CLOSES = func.coalesce(opportunity.c.close_date, NO_DATE)


@dataclass(frozen=True, slots=True)
class ListedOpportunity:
    """A row of the list."""

    opportunity_id: UUID
    external_id: str | None
    name: str
    stage: str
    amount: float | None
    currency: str | None
    close_date: date | None
    person_id: PersonId | None
    person: str | None
    company_id: UUID | None
    company: str | None


@dataclass(frozen=True, slots=True)
class OpportunitiesPage:
    """Some opportunities, and where the next page starts; None: there is none."""

    rows: tuple[ListedOpportunity, ...]
    following: Place | None


def list_opportunities_page(
    conn: Connection,
    workspace_id: WorkspaceId,
    *,
    scope: Scope | None = None,
    search: str = "",
    stage: str | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> OpportunitiesPage:
    """The opportunities after a place, at most `limit` of them; those without a close date come last."""
    query = _opportunities(workspace_id).where(*_seen(workspace_id, scope))
    if stage is not None:
        query = query.where(opportunity.c.stage == stage)
    if search:
        texts = (opportunity.c.name, opportunity.c.external_id, person.c.name, company.c.name)
        query = query.where(or_(*(contains(text, search) for text in texts)))
    last = _last(after)
    if last is not None:
        query = beyond(query, CLOSES, opportunity.c.opportunity_id, last, falling=False)
    found = conn.execute(ordered(query, CLOSES, opportunity.c.opportunity_id, falling=False).limit(limit + 1))
    rows = tuple(ListedOpportunity(**row._mapping) for row in found)
    return OpportunitiesPage(rows[:limit], _place(rows[limit - 1]) if len(rows) > limit else None)


def find_opportunity(
    conn: Connection, workspace_id: WorkspaceId, opportunity_id: UUID, *, scope: Scope | None = None
) -> ListedOpportunity | None:
    """An opportunity, or None."""
    query = _opportunities(workspace_id).where(*_seen(workspace_id, scope))
    row = conn.execute(query.where(opportunity.c.opportunity_id == opportunity_id)).one_or_none()
    return None if row is None else ListedOpportunity(**row._mapping)


def list_stages(conn: Connection, workspace_id: WorkspaceId, *, scope: Scope | None = None) -> tuple[str, ...]:
    """The stages that some opportunity is in."""
    query = (
        select(opportunity.c.stage)
        .where(opportunity.c.workspace_id == workspace_id, *_seen(workspace_id, scope))
        .distinct()
    )
    return tuple(conn.scalars(query.order_by(opportunity.c.stage)))


def _seen(workspace_id: WorkspaceId, scope: Scope | None) -> tuple[ColumnElement[bool], ...]:
    """The condition on opportunities that somebody may see."""
    if scope is None:
        return ()
    mine = select(person.c.person_id).where(person.c.workspace_id == workspace_id, *visible_to(scope, person))
    return (opportunity.c.person_id.in_(mine),)


def _opportunities(workspace_id: WorkspaceId) -> Select[Any]:
    joined = opportunity.outerjoin(person, _its(workspace_id, person, "person_id"))
    joined = joined.outerjoin(company, _its(workspace_id, company, "company_id"))
    own = (opportunity.c[name] for name in ListedOpportunity.__dataclass_fields__ if name in opportunity.c)
    names = (person.c.name.label("person"), company.c.name.label("company"))
    return select(*own, *names).select_from(joined).where(opportunity.c.workspace_id == workspace_id)


def _its(workspace_id: WorkspaceId, table: Table, key: str) -> ColumnElement[bool]:
    return and_(table.c.workspace_id == workspace_id, table.c[key] == opportunity.c[key])


def _place(row: ListedOpportunity) -> Place:
    return Place((row.close_date or NO_DATE).isoformat(), row.opportunity_id)


def _last(after: Place | None) -> tuple[date, UUID] | None:
    """The close date and id of a place; none when it is no place of this list."""
    try:
        return None if after is None else (date.fromisoformat(str(after.key)), after.row_id)
    except ValueError:
        return None
