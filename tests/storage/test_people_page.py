"""The people list, page by page: every order gives everybody once, on both engines, whatever is filtered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.ids import ANY_MEMBER, WorkspaceId, member_id_of
from cockpit.model.places import Place, read_place, spelled_place
from cockpit.model.viewer import Scope
from cockpit.storage import members, people_page
from cockpit.storage.database import Database
from cockpit.storage.frames import bulk_insert, in_workspace
from cockpit.storage.people_page import ListedPerson, PeopleAsked, count_people_found, list_people_page
from cockpit.storage.schema import conversation, person, score
from tests.storage.rows import COMPANY, NOW, person_row, score_row

PEOPLE = 47
BANDS = ("hot", "warm", "cold")


@pytest.fixture
def crowd(db: Database, workspace: WorkspaceId) -> WorkspaceId:
    """People of whom some have no score, some no signals, and many share a key."""
    with db.write() as conn:
        owner = members.upsert_member(conn, workspace, email="noor@example.com", name="Noor", now=NOW)
        bulk_insert(conn, person, in_workspace(pl.DataFrame(list(_people(str(owner)))), workspace))
        scored = [
            score_row(UUID(int=n), "", band=BANDS[n % 3], priority_key=float(n % 5) if n % 7 else None)
            for n in range(1, PEOPLE + 1)
            if n % 4
        ]
        bulk_insert(conn, score, in_workspace(pl.DataFrame(scored).cast({"model_version": pl.Int32}), workspace))
        heard = [
            {"person_id": str(UUID(int=n)), "last_at": NOW - timedelta(hours=n // 3), "last_type": "MISSED_CALL"}
            for n in range(1, PEOPLE + 1)
            if n % 5
        ]
        counts = {name: pl.lit(1, pl.Int32) for name in ("contact_days", "inbound_days", "signals")}
        frame = pl.DataFrame(heard).with_columns(turn=pl.lit("us"), **counts)
        bulk_insert(conn, conversation, in_workspace(frame, workspace))
    return workspace


def _people(owner: str) -> Iterator[dict[str, Any]]:
    for n in range(1, PEOPLE + 1):
        yield person_row(
            UUID(int=n),
            "North",
            name=f"{'ana' if n % 2 else 'Zoë'} {n % 9}",
            email=f"p{n}@example.com",
            phone=f"+1212555{n:04d}" if n % 3 else None,
            phone_raw=f"06 {n:02d} {n:02d} {n:02d} (44)",
            owner_id=owner if n % 2 else None,
            company_id=str(COMPANY) if n % 10 == 0 else None,
        )


def everybody(
    db: Database, workspace: WorkspaceId, asked: PeopleAsked, limit: int = 7, scope: Scope | None = None
) -> list[ListedPerson]:
    """All pages of a list, in a row."""
    rows: list[ListedPerson] = []
    after: Place | None = None
    with db.read() as conn:
        while True:
            page = list_people_page(conn, workspace, asked, scope=scope, after=after, limit=limit)
            rows += page.rows
            if page.following is None:
                return rows
            assert len(page.rows) == limit
            after = read_place(spelled_place(page.following))
            assert after == page.following


@pytest.mark.parametrize("limit", [1, 7, PEOPLE, 100])
@pytest.mark.parametrize("sort", ["priority", "name", "last touch"])
def test_the_pages_hold_everybody_once(db: Database, crowd: WorkspaceId, sort: Any, limit: int) -> None:
    ids = [row.person_id for row in everybody(db, crowd, PeopleAsked(sort=sort), limit)]
    assert len(ids) == PEOPLE
    assert set(ids) == {UUID(int=n) for n in range(1, PEOPLE + 1)}


def test_the_orders(db: Database, crowd: WorkspaceId) -> None:
    keys = [row.priority_key for row in everybody(db, crowd, PeopleAsked())]
    known = [key for key in keys if key is not None]
    assert keys == sorted(known, reverse=True) + [None] * (PEOPLE - len(known))
    heard = [row.last_at for row in everybody(db, crowd, PeopleAsked(sort="last touch"))]
    touched = [at for at in heard if at is not None]
    assert heard == sorted(touched, reverse=True) + [None] * (PEOPLE - len(touched))
    named = everybody(db, crowd, PeopleAsked(sort="name"))
    for one, other in pairwise(named):
        assert (one.name == other.name and one.person_id < other.person_id) or one.name != other.name
    assert len({row.name for row in named}) == len([1 for one, other in pairwise(named) if one.name != other.name]) + 1


@pytest.mark.parametrize("sort", ["priority", "name", "last touch"])
def test_filters_hold_on_every_page(db: Database, crowd: WorkspaceId, sort: Any) -> None:
    noor = member_id_of(crowd, "noor@example.com")
    asks: list[tuple[PeopleAsked, Any]] = [
        (PeopleAsked(owner_id=noor, sort=sort), lambda n: n % 2),
        (PeopleAsked(owner_id=ANY_MEMBER, sort=sort), lambda n: n % 2),
        (PeopleAsked(band="hot", sort=sort), lambda n: n % 4 and n % 3 == 0),
        (PeopleAsked(band="no data", sort=sort), lambda n: n % 4 == 0),
        (PeopleAsked(company_id=COMPANY, sort=sort), lambda n: n % 10 == 0),
        (PeopleAsked(search="ANA", sort=sort), lambda n: n % 2),
        (PeopleAsked(search="ana", owner_id=noor, band="warm", sort=sort), lambda n: n % 2 and n % 4 and n % 3 == 1),
    ]
    for asked, belongs in asks:
        expected = {UUID(int=n) for n in range(1, PEOPLE + 1) if belongs(n)}
        found = [row.person_id for row in everybody(db, crowd, asked, limit=4)]
        assert set(found) == expected, asked
        assert len(found) == len(expected)
        with db.read() as conn:
            assert count_people_found(conn, crowd, asked, at_most=1000) == len(expected)
            assert count_people_found(conn, crowd, asked, at_most=3) == min(3, len(expected))


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("P12@EXAMPLE", {12}),
        ("crm-31", {31}),
        ("+1 (212) 555-0044", {44}),
        ("012125550044", {44}),
        ("0602020244", {2}),
        ("100%", set()),
        ("_", set()),
        ("'; drop table person --", set()),
        ("\\", set()),
    ],
)
def test_a_word_finds_part_of_what_identifies(db: Database, crowd: WorkspaceId, word: str, numbers: set[int]) -> None:
    found = everybody(db, crowd, PeopleAsked(search=word))
    assert {row.person_id for row in found} == {UUID(int=n) for n in numbers}


@pytest.mark.parametrize(
    "key", ["", "Ana", "2026-03-02", "9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+00:00", 7.0]
)
@pytest.mark.parametrize("sort", ["priority", "last touch"])
def test_a_place_of_another_order_is_the_start(db: Database, crowd: WorkspaceId, sort: Any, key: str | float) -> None:
    if sort == "priority" and isinstance(key, float):
        return
    with db.read() as conn:
        first = list_people_page(conn, crowd, PeopleAsked(sort=sort), limit=3)
        assert list_people_page(conn, crowd, PeopleAsked(sort=sort), after=Place(key, UUID(int=3)), limit=3) == first


@pytest.mark.parametrize("sort", ["priority", "name", "last touch"])
def test_behind_the_wall_there_are_only_ones_own(db: Database, crowd: WorkspaceId, sort: Any) -> None:
    scope = Scope(member_id_of(crowd, "noor@example.com"))
    own = {UUID(int=n) for n in range(1, PEOPLE + 1, 2)}
    for search, expected in (("", own), ("p1", own & {UUID(int=n) for n in (1, *range(10, 20))})):
        found = everybody(db, crowd, PeopleAsked(search=search, sort=sort), 6, scope)
        assert {row.person_id for row in found} == expected
        assert len(found) == len(expected)
        with db.read() as conn:
            asked = PeopleAsked(search=search)
            assert count_people_found(conn, crowd, asked, scope=scope, at_most=99) == len(expected)


@pytest.mark.parametrize("few", [1, 3, 40])
@pytest.mark.parametrize("sort", ["priority", "name", "last touch"])
def test_a_search_that_finds_many_is_as_complete(
    db: Database, crowd: WorkspaceId, sort: Any, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = PeopleAsked(search="ana", sort=sort)
    expected = everybody(db, crowd, asked, limit=5)
    monkeypatch.setattr(people_page, "FEW", few)
    assert everybody(db, crowd, asked, limit=5) == expected
    assert len(expected) == 24
    with db.read() as conn:
        assert list_people_page(conn, crowd, asked).found == (24 if few == 40 else None)


def test_a_page_after_somebody_who_is_gone(db: Database, crowd: WorkspaceId) -> None:
    with db.read() as conn:
        page = list_people_page(conn, crowd, PeopleAsked(), after=Place(2.5, UUID(int=9999)), limit=5)
    assert {row.priority_key for row in page.rows} == {2.0}


@given(st.text(max_size=40))
def test_any_word_of_an_address_is_a_place_or_none(text: str) -> None:
    place = read_place(text)
    assert place is None or read_place(spelled_place(place)) == place


@given(st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs"])))
def test_a_place_is_read_as_it_was_spelled(key: str | float | None) -> None:
    place = Place(key, UUID(int=7))
    spelled = spelled_place(place)
    assert spelled.isascii()
    assert read_place(spelled) == (None if isinstance(key, str) and "\0" in key else place)
