"""The export route: all rows of a list, complete or an error, behind the session."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import openpyxl
import polars as pl
import pytest

from cockpit.bootstrap import Cockpit
from cockpit.exports.filters import filters_of
from cockpit.ingestion.demo.seed import seed_demo
from cockpit.model.ids import ANY_MEMBER
from cockpit.panels.registry import rows
from cockpit.storage.exports import list_exports
from cockpit.storage.members import list_members
from cockpit.storage.people import count_people
from cockpit.storage.people_page import PeopleAsked, list_people_page
from tests.api.mirror import KEY, TestClient

Make = Callable[..., TestClient]


def test_a_stranger_gets_no_rows(site: Make) -> None:
    assert site(secret_key=KEY).get("/exports/people.csv?workspace=demo").status_code == 401


def test_all_people_leave_in_three_formats(site: Make, served: Cockpit) -> None:
    seeded = seed_demo(served, datetime.now(UTC))
    with served.db.read() as conn:
        people = count_people(conn, seeded.workspace_id)
    client = site()
    answers = {kind: client.get(f"/exports/people.{kind}?workspace=demo") for kind in ("csv", "parquet", "xlsx")}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert all(answer.headers["x-row-count"] == str(people) for answer in answers.values())
    assert all("attachment" in answer.headers["content-disposition"] for answer in answers.values())
    assert pl.read_csv(answers["csv"].content).height == people
    assert pl.read_parquet(answers["parquet"].content).height == people
    book = openpyxl.load_workbook(io.BytesIO(answers["xlsx"].content), read_only=True)
    assert sum(1 for _ in book.worksheets[0].iter_rows()) == people + 1
    with served.db.read() as conn:
        assert [one.row_count for one in list_exports(conn, seeded.workspace_id)] == [people] * 3


@pytest.mark.parametrize("panel", ["priority_leads", "team_activity", "automation_suggestions"])
def test_a_panel_leaves_whole(site: Make, served: Cockpit, panel: str) -> None:
    seed_demo(served, datetime.now(UTC))
    answer = site().get(f"/exports/{panel}.csv?workspace=demo")
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == int(answer.headers["x-row-count"]) + 1


def test_a_panel_leaves_as_of_a_past_instant(site: Make, served: Cockpit) -> None:
    seeded = seed_demo(served, datetime.now(UTC))
    then = datetime.now(UTC) - timedelta(days=5)
    asked = {"workspace": "demo", "as_of": then.isoformat()}
    answer = site().get("/exports/priority_leads.csv", params=asked)
    assert answer.status_code == 200
    expected = rows(
        served.db, seeded.workspace_id, "priority_leads", now=datetime.now(UTC), as_of=then, limit=10_000
    ).rows
    assert pl.read_csv(answer.content)["name"].to_list() == [row.name for row in expected]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/exports/nothing.csv?workspace=demo", 404),
        ("/exports/people.pdf?workspace=demo", 422),
        ("/exports/people.csv?workspace=nowhere", 404),
        ("/exports/people.csv", 422),
        ("/exports/people.csv?workspace=demo&as_of=2011-12-12T08:00:00Z", 422),
        ("/exports/hot_leads.csv?workspace=demo&as_of=2999-12-12T08:00:00Z", 422),
        ("/exports/hot_leads.csv?workspace=demo&as_of=yesterday", 422),
    ],
)
def test_a_wrong_address_is_one_sentence(site: Make, served: Cockpit, path: str, status: int) -> None:
    seed_demo(served, datetime.now(UTC))
    answer = site().get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "asked",
    [
        PeopleAsked(search="an"),
        PeopleAsked(search="LEAD00"),
        PeopleAsked(owner_id=ANY_MEMBER),
        PeopleAsked(owner_id=ANY_MEMBER, band="hot"),
        PeopleAsked(band="no data"),
        PeopleAsked(search="555", band="warm"),
        PeopleAsked(search="nobody is called that"),
    ],
)
def test_what_a_filter_shows_is_what_leaves(site: Make, served: Cockpit, asked: PeopleAsked) -> None:
    seeded = seed_demo(served, datetime.now(UTC))
    answer = site().get("/exports/people.csv", params={"workspace": "demo", **filters_of(asked)})
    with served.db.read(seeded.workspace_id) as conn:
        page = list_people_page(conn, seeded.workspace_id, asked, limit=1_000)
        [logged] = list_exports(conn, seeded.workspace_id)
    assert answer.status_code == 200, answer.text
    found = [] if not page.rows else pl.read_csv(answer.content)["person_id"].to_list()
    assert sorted(found) == sorted(str(row.person_id) for row in page.rows)
    assert int(answer.headers["x-row-count"]) == logged.row_count == len(page.rows)


def test_the_people_of_one_owner_leave(site: Make, served: Cockpit) -> None:
    seeded = seed_demo(served, datetime.now(UTC))
    with served.db.read(seeded.workspace_id) as conn:
        noor = next(one for one in list_members(conn, seeded.workspace_id) if one.email.startswith("noor"))
        theirs = list_people_page(conn, seeded.workspace_id, PeopleAsked(owner_id=noor.member_id), limit=1_000)
    asked = {"workspace": "demo", "owner": str(noor.member_id)}
    assert pl.read_csv(site().get("/exports/people.csv", params=asked).content).height == len(theirs.rows)
    whole = pl.read_csv(site().get("/exports/priority_leads.csv", params={"workspace": "demo"}).content)
    noors = pl.read_csv(site().get("/exports/priority_leads.csv", params=asked).content)
    assert noors["name"].to_list() == whole.filter(pl.col("owner") == noor.name)["name"].to_list()


@pytest.mark.parametrize("words", ["owner=me", "owner=1", "band=tepid", "company=acme", "q=" + "x" * 201, "q=%00"])
def test_a_filter_that_is_none_lets_nobody_out(site: Make, served: Cockpit, words: str) -> None:
    seed_demo(served, datetime.now(UTC))
    assert site().get(f"/exports/people.csv?workspace=demo&{words}").status_code == 422
    assert site().get("/exports/hot_leads.csv?workspace=demo&q=an").status_code == 422
