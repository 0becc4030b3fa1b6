"""One page of the companies, by name.

list_companies_page(conn, workspace_id, *, scope=None, search="", after=None, limit=50) -> CompaniesPage
find_company(conn, workspace_id, company_id, *, scope=None) -> ListedCompany | None

Everybody sees every company; behind the person wall only one's own people are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, or_, select

from cockpit.model.ids import WorkspaceId
from cockpit.model.places import Place
from cockpit.model.viewer import Scope
from cockpit.storage.keyset import beyond, ordered
from cockpit.storage.schema import company, person
from cockpit.storage.searched import contains
from cockpit.storage.wall import visible_to


@dataclass(frozen=True, slots=True)
class ListedCompany:
    """A row of the list."""

    company_id: UUID
    external_id: str | None
    name: str
    domain: str | None
    people: int  # who are stored with it


@dataclass(frozen=True, slots=True)
class CompaniesPage:
    """Some companies, and where the next page starts; None: there is none."""

    rows: tuple[ListedCompany, ...]
    following: Place | None


COLUMNS = tuple(company.c[name] for name in ("company_id", "external_id", "name", "domain"))


def list_companies_page(
    conn: Connection,
    workspace_id: WorkspaceId,
    *,
    scope: Scope | None = None,
    search: str = "",
    after: Place | None = None,
    limit: int = 50,
) -> CompaniesPage:
    """The companies after a place, at most `limit` of them."""
    query = _companies(workspace_id)
    if search:
        query = query.where(or_(*(contains(company.c[name], search) for name in ("name", "domain", "external_id"))))
    if after is not None and isinstance(after.key, str):
        query = beyond(query, company.c.name, company.c.company_id, (after.key, after.row_id), falling=False)
    found = conn.execute(ordered(query, company.c.name, company.c.company_id, falling=False).limit(limit + 1)).all()
    rows = _with_people(conn, workspace_id, scope, found[:limit])
    return CompaniesPage(rows, Place(rows[-1].name, rows[-1].company_id) if len(found) > limit else None)


def find_company(
    conn: Connection, workspace_id: WorkspaceId, company_id: UUID, *, scope: Scope | None = None
) -> ListedCompany | None:
    """A company, or None."""
    found = conn.execute(_companies(workspace_id).where(company.c.company_id == company_id)).all()
    return next(iter(_with_people(conn, workspace_id, scope, found)), None)


def _companies(workspace_id: WorkspaceId) -> Select[Any]:
    return select(*COLUMNS).where(company.c.workspace_id == workspace_id)


def _with_people(
    conn: Connection, workspace_id: WorkspaceId, scope: Scope | None, rows: Sequence[Row[Any]]
) -> tuple[ListedCompany, ...]:
    """The companies with the number of their people, counted once for all of them."""
    shown = person.c.company_id.in_([row.company_id for row in rows])
    query = select(person.c.company_id, func.count()).where(
        person.c.workspace_id == workspace_id, shown, *visible_to(scope, person)
    )
    counts = {key: int(count) for key, count in conn.execute(query.group_by(person.c.company_id))} if rows else {}
    return tuple(ListedCompany(**row._mapping, people=counts.get(row.company_id, 0)) for row in rows)
