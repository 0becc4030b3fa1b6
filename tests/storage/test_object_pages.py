"""Companies and opportunities, page by page, on both engines."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import polars as pl
import pytest

from cockpit.model.ids import WorkspaceId
from cockpit.model.places import Place
from cockpit.model.viewer import Scope
from cockpit.storage.companies_page import find_company, list_companies_page
from cockpit.storage.database import Database
from cockpit.storage.frames import bulk_insert, in_workspace
from cockpit.storage.members import upsert_member
from cockpit.storage.opportunities_page import find_opportunity, list_opportunities_page, list_stages
from cockpit.storage.people import upsert_people
from cockpit.storage.schema import company, opportunity, person
from tests.storage.rows import NOW, person_row

DAY = date(2026, 3, 1)


@pytest.fixture
def deals(db: Database, workspace: WorkspaceId) -> WorkspaceId:
    """Twelve companies with people, and a deal of each; some of the deals have no date."""
    companies = [
        {"company_id": str(UUID(int=n)), "external_id": f"c{n}", "name": f"Acme {n % 4}", "domain": f"a{n}.example"}
        for n in range(1, 13)
    ]
    people = [person_row(UUID(int=n), "North", company_id=str(UUID(int=n % 3 + 1))) for n in range(1, 8)]
    made = [
        {
            "opportunity_id": str(UUID(int=n)),
            "name": f"Deal {n}",
            "person_id": str(UUID(int=n)) if n < 8 else None,
            "company_id": str(UUID(int=n)),
            "stage": "NEW" if n % 2 else "MEETING",
            "amount": n * 10.5,
            "currency": "EUR",
            "close_date": DAY + timedelta(days=n % 5) if n % 3 else None,
        }
        for n in range(1, 13)
    ]
    with db.write() as conn:
        for table, rows in ((company, companies), (person, people), (opportunity, made)):
            frame = pl.DataFrame([{**row, "created_at": NOW} for row in rows], infer_schema_length=None)
            bulk_insert(conn, table, in_workspace(frame, workspace))
    return workspace


def pages(db: Database, read: Any, workspace: WorkspaceId, limit: int, **asked: Any) -> list[Any]:
    """All pages of a list, in a row."""
    rows: list[Any] = []
    after: Place | None = None
    with db.read() as conn:
        while True:
            page = read(conn, workspace, after=after, limit=limit, **asked)
            rows += page.rows
            after = page.following
            if after is None:
                return rows


@pytest.mark.parametrize("limit", [1, 5, 12, 50])
def test_companies_come_by_name_and_each_once(db: Database, deals: WorkspaceId, limit: int) -> None:
    rows = pages(db, list_companies_page, deals, limit)
    keys = [(row.name, row.company_id) for row in rows]
    assert keys == sorted(keys)
    assert len({row.company_id for row in rows}) == 12
    assert {row.company_id.int: row.people for row in rows if row.people} == {1: 2, 2: 3, 3: 2}


@pytest.mark.parametrize("limit", [1, 5, 12, 50])
def test_opportunities_close_soonest_first(db: Database, deals: WorkspaceId, limit: int) -> None:
    rows = pages(db, list_opportunities_page, deals, limit)
    dates = [row.close_date for row in rows]
    known = [day for day in dates if day is not None]
    assert dates == sorted(known) + [None] * 4
    assert len({row.opportunity_id for row in rows}) == 12
    first = next(row for row in rows if row.name == "Deal 1")
    assert (first.person, first.company, first.stage, first.amount) == ("North 1", "Acme 1", "NEW", 10.5)


def test_what_is_searched_and_chosen(db: Database, deals: WorkspaceId) -> None:
    assert {row.name for row in pages(db, list_companies_page, deals, 2, search="acme 3")} == {"Acme 3"}
    assert [row.external_id for row in pages(db, list_companies_page, deals, 2, search="A12.")] == ["c12"]
    found = pages(db, list_opportunities_page, deals, 2, search="north 3", stage="NEW")
    assert [row.name for row in found] == ["Deal 3"]
    assert len(pages(db, list_opportunities_page, deals, 2, stage="MEETING")) == 6
    assert pages(db, list_opportunities_page, deals, 2, search="%") == []
    with db.read() as conn:
        assert list_stages(conn, deals) == ("MEETING", "NEW")
        assert find_company(conn, deals, UUID(int=99)) is None


@pytest.mark.parametrize("key", [None, 3.5, "", "soon", "9999-99-99"])
def test_a_place_of_another_list_is_the_start(db: Database, deals: WorkspaceId, key: Any) -> None:
    with db.read() as conn:
        first = list_opportunities_page(conn, deals, limit=3)
        assert list_opportunities_page(conn, deals, after=Place(key, UUID(int=3)), limit=3) == first


def test_behind_the_wall_there_are_only_ones_own(db: Database, deals: WorkspaceId) -> None:
    with db.write() as conn:
        noor = upsert_member(conn, deals, email="noor@example.com", name="Noor", now=NOW)
        upsert_people(
            conn,
            deals,
            pl.DataFrame([person_row(UUID(int=4), "North", owner_id=str(noor), company_id=str(UUID(int=2)))]),
        )
    scope = Scope(noor)
    assert [row.name for row in pages(db, list_opportunities_page, deals, 2, scope=scope)] == ["Deal 4"]
    with db.read() as conn:
        assert list_stages(conn, deals, scope=scope) == ("MEETING",)
        assert find_opportunity(conn, deals, UUID(int=4), scope=scope)
        assert find_opportunity(conn, deals, UUID(int=3), scope=scope) is None
    assert sum(row.people for row in pages(db, list_companies_page, deals, 5, scope=scope)) == 1
