"""The lists: what is searched, filtered and paged, and what is said when there is nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from cockpit.bootstrap import Cockpit
from cockpit.ingestion.demo.seed import seed_demo
from cockpit.model.ids import WorkspaceId, person_id_of
from cockpit.storage.frames import bulk_insert, in_workspace
from cockpit.storage.people import upsert_companies, upsert_people
from cockpit.storage.schema import opportunity
from tests.pages.conftest import Run

NOW = datetime.now(UTC)
ACME = UUID(int=77)
HOSTILE = 'Eve <img src=x onerror="alert(1)"> *b* [x](javascript:alert(1))'


def html(at: AppTest) -> str:
    """The HTML of a page: the rows of its list."""
    return " ".join(str(one.proto.body) for one in at.get("html"))


def words(at: AppTest) -> str:
    return " ".join(str(one.value) for kind in ("title", "markdown", "caption") for one in at.get(kind))


def add(cockpit: Cockpit, workspace: WorkspaceId, *names: str, **facts: Any) -> list[str]:
    """Add people with these names."""
    rows = [
        {
            "person_id": str(person_id_of(workspace, name)),
            "external_id": name[:20],
            "name": name,
            "lifecycle": "lead",
            "attributes": "{}",
            "do_not_contact": False,
            "is_demo": False,
            "created_at": NOW,
            "updated_at": NOW,
            **facts,
        }
        for name in names
    ]
    with cockpit.db.write() as conn:
        upsert_people(conn, workspace, pl.DataFrame(rows))
    return [str(row["person_id"]) for row in rows]


@pytest.mark.parametrize(
    ("kind", "title", "cause"),
    [
        ("people", "No leads to show", "There are no people in this workspace yet."),
        ("companies", "No companies to show", "There are no companies in this workspace yet"),
        ("opportunities", "No opportunities to show", "There are no opportunities in this workspace yet."),
    ],
)
def test_an_empty_list_says_why(run: Run, workspace: WorkspaceId, kind: str, title: str, cause: str) -> None:
    at = run("objects.py", type=kind)
    assert not at.exception
    assert [one.value for one in at.title] == [kind.capitalize()]
    assert title in words(at)
    assert cause in words(at).replace("\\", "")
    assert "Clear filters" not in [button.label for button in at.button]


@pytest.mark.parametrize("kind", ["tasks", "notes", "dashboards"])
def test_a_list_that_is_not_here_says_so(run: Run, workspace: WorkspaceId, kind: str) -> None:
    at = run("objects.py", type=kind)
    assert not at.exception
    assert [one.value for one in at.title] == [kind.capitalize()]
    assert "This list is not here yet." in words(at)


def test_any_other_list_is_no_error(run: Run, workspace: WorkspaceId) -> None:
    at = run("objects.py", type=HOSTILE)
    assert not at.exception
    assert [one.value for one in at.title] == ["No such list"]
    assert "<img" not in words(at).replace("\\<img", "")


def test_a_filter_that_hides_everybody_can_be_cleared(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    add(cockpit, workspace, "Ana", "Ben")
    at = run("objects.py", q="zzz")
    assert "Nobody here matches the filter or the search." in words(at).replace("\\", "")
    at.button(key="empty_clear").click().run()
    assert not at.exception
    assert "2 people" in html(at)
    assert at.text_input(key="q").value == ""


def test_names_are_text_and_lead_to_the_person(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    (eve,) = add(cockpit, workspace, HOSTILE)
    at = run("objects.py")
    assert "<img" not in html(at)
    assert f"/person?id={eve}" in html(at)


def test_pages_go_on_and_back(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    add(cockpit, workspace, *(f"P{number:03d}" for number in range(120)))
    at = run("objects.py", sort="Name")
    assert "120 people" in html(at)
    seen = [html(at)]
    for _ in range(2):
        at.button(key="page_next").click().run()
        assert not at.exception
        seen.append(html(at))
    assert [f">P{n:03d}<" in seen[n // 50] for n in range(120)] == [True] * 120
    assert at.button(key="page_next").disabled
    at.button(key="page_previous").click().run()
    assert html(at) == seen[1]
    at.text_input(key="q").input("P007").run()
    assert "1 person" in html(at)
    assert "after" not in at.query_params


def test_a_place_made_by_hand_is_the_start(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    add(cockpit, workspace, "Ana")
    at = run("objects.py", after="nonsense", company="nonsense", sort="nonsense", band="nonsense", owner="nonsense")
    assert not at.exception
    assert ">Ana<" in html(at)


def test_a_company_leads_to_its_people(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    row = {"company_id": str(ACME), "name": "Acme <b>", "external_id": "a", "created_at": NOW}
    with cockpit.db.write() as conn:
        upsert_companies(conn, workspace, pl.DataFrame([row]))
    add(cockpit, workspace, "Ana", company_id=str(ACME))
    add(cockpit, workspace, "Ben")
    at = run("objects.py", type="companies")
    assert f"type=people&amp;company={ACME}" in html(at)
    at = run("objects.py", type="people", company=str(ACME))
    assert not at.exception
    assert ">Ana<" in html(at)
    assert ">Ben<" not in html(at)
    assert any("Company" in button.label for button in at.button)
    at.button(key="chip_0").click().run()
    assert ">Ben<" in html(at)


def test_an_opportunity_has_a_person_and_a_page(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    (ana,) = add(cockpit, workspace, "Ana")
    deal = {"opportunity_id": str(ACME), "name": "Big deal", "person_id": ana, "stage": "NEW", "created_at": NOW}
    with cockpit.db.write() as conn:
        bulk_insert(conn, opportunity, in_workspace(pl.DataFrame([deal]), workspace))
    at = run("objects.py", type="opportunities", stage="NEW")
    assert not at.exception
    assert f"/person?id={ana}" in html(at)
    at = run("objects.py", type="opportunities", id=str(ACME))
    assert [one.value for one in at.title] == ["Big deal"]


@pytest.mark.parametrize("identity", ["", "nobody", str(UUID(int=5))])
@pytest.mark.parametrize(("kind", "name"), [("companies", "company"), ("opportunities", "opportunity")])
def test_an_unknown_record_is_no_error(run: Run, workspace: WorkspaceId, kind: str, name: str, identity: str) -> None:
    at = run("objects.py", type=kind, id=identity)
    assert not at.exception
    assert [one.value for one in at.title] == [f"No such {name}"]


def test_a_list_shows_nothing_of_another_workspace(
    run: Run, cockpit: Cockpit, workspace: WorkspaceId, other_workspace: WorkspaceId
) -> None:
    seed_demo(cockpit, NOW)
    add(cockpit, other_workspace, "CANARY")
    for query in ({}, {"q": "CANARY"}, {"sort": "Name"}, {"sort": "Last touch"}):
        shown = html(run("objects.py", workspace="demo", **query))
        assert "CANARY" not in shown.replace("q=CANARY", ""), "only the links of the exports say what was searched for"
    assert "CANARY" in html(run("objects.py", workspace="south"))


def test_a_screen_that_is_not_ours_says_so(run: Run, workspace: WorkspaceId) -> None:
    at = run("not_ours.py", path="/settings/billing")
    assert not at.exception
    assert [one.value for one in at.title] == ["Not one of our screens"]
    assert "/settings/billing" in words(at).replace("\\", "")
