"""Every page: what a stranger, an empty workspace and the demo see."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from cockpit.bootstrap import Cockpit
from cockpit.ingestion.demo.seed import seed_demo
from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import SignalIn
from cockpit.ingestion.start import ensure_owner
from cockpit.model.ids import WorkspaceId, person_id_of
from cockpit.panels.registry import PANELS, rows
from cockpit.storage.members import list_members, upsert_member
from cockpit.storage.people import upsert_people
from cockpit.storage.workspaces import list_workspaces
from cockpit.ui import arrival
from cockpit.ui.words import safe_text
from tests.pages.conftest import ROOT, Run

PAGES = sorted(path.name for path in (ROOT / "pages").glob("*.py"))


def texts(at: AppTest) -> str:
    """All the words of a page."""
    return " ".join(str(one.value) for kind in ("title", "header", "markdown", "caption") for one in at.get(kind))


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_sees_only_the_sign_in(run: Run, workspace: WorkspaceId, page: str) -> None:
    at = run(page, signed_in=False)
    assert not at.exception
    assert [title.value for title in at.title] == ["Sign in"]
    assert not at.metric
    assert not at.dataframe
    assert "North" not in texts(at)


def test_somebody_else_is_a_stranger(run: Run, workspace: WorkspaceId) -> None:
    at = run(signed_in=False)
    at.user = {"principal": "local:somebody", "email": "owner@localhost"}
    assert [title.value for title in at.run().title] == ["Sign in"]


def test_a_workspace_beyond_the_list_is_reached_by_its_name(
    run: Run, cockpit: Cockpit, workspace: WorkspaceId, other_workspace: WorkspaceId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrival, "OFFERED", 1)
    beyond = pick(run(workspace="south"))
    assert (beyond.value, beyond.options) == ("south", ["North", "South"])
    assert "?workspace=" in str(beyond.help)
    assert [title.value for title in run(workspace="nowhere").title] == ["No such workspace"]


def pick(at: AppTest) -> Selectbox:
    """The list of workspaces."""
    assert not at.exception
    return next(one for one in at.sidebar.selectbox if one.label == "Workspace")


def test_without_a_workspace_one_is_made_on_the_page(run: Run, cockpit: Cockpit) -> None:
    at = run()
    assert [title.value for title in at.title] == ["No workspace yet"]
    made(at, name="  My   team ", address="www")
    assert [error.value for error in at.error] == [safe_text("The subdomain www is reserved.")]
    made(at, name="My team", address="Mine")
    assert [title.value for title in at.title] == ["Sales Cockpit"]
    with cockpit.db.read() as conn:
        [only] = list_workspaces(conn)
        assert [one.role for one in list_members(conn, only.workspace_id)] == ["owner"]
    assert (only.name, only.subdomain, only.time_zone) == ("My team", "mine", "UTC")


def made(at: AppTest, *, name: str, address: str) -> None:
    """Fill in the form of the first workspace."""
    for label, value in (("Name", name), ("Address", address)):
        next(one for one in at.text_input if one.label == label).set_value(value)
    at.button(key="make_workspace").click().run()


def test_without_a_workspace_the_demo_is_one_click_away(run: Run) -> None:
    at = run()
    at.button(key="load_demo").click().run()
    assert not at.exception
    assert len(at.dataframe) == 10


def test_an_empty_workspace_says_why_each_panel_is_empty(run: Run, workspace: WorkspaceId) -> None:
    at = run()
    assert not at.exception
    assert len(at.header) == 11  # ten panels and the Next-up bar
    assert texts(at).count("No leads to show") == 10
    for panel in PANELS.values():
        assert any(str(header.value).startswith(panel.title) for header in at.header)


def test_the_demo_fills_ten_panels(run: Run, cockpit: Cockpit) -> None:
    seed_demo(cockpit, datetime.now(UTC))
    at = run()
    assert not at.exception
    assert len(at.dataframe) == 10
    assert "No leads to show" not in texts(at)
    assert [metric.label for metric in at.metric][:2] == ["Priority Leads", "Hot Leads"]


def test_the_person_page_adds_up(run: Run, cockpit: Cockpit) -> None:
    seeded = seed_demo(cockpit, datetime.now(UTC))
    first = rows(cockpit.db, seeded.workspace_id, "priority_leads", now=datetime.now(UTC), limit=1).rows[0]
    at = run("person.py", id=first.person_id or "")
    assert not at.exception
    assert at.title[0].value
    assert any("Why" in str(header.value) for header in at.header)


@pytest.mark.parametrize("identity", ["", "nobody", str(UUID(int=1))])
def test_an_unknown_person_is_no_error(run: Run, workspace: WorkspaceId, identity: str) -> None:
    at = run("person.py", id=identity)
    assert not at.exception
    assert [title.value for title in at.title] == ["No such person"]


def test_a_workspace_shows_nothing_of_another(
    run: Run, cockpit: Cockpit, workspace: WorkspaceId, other_workspace: WorkspaceId
) -> None:
    seeded = seed_demo(cockpit, datetime.now(UTC))
    first = rows(cockpit.db, seeded.workspace_id, "priority_leads", now=datetime.now(UTC), limit=1).rows[0]
    assert len(run(workspace="demo").dataframe) == 10
    assert texts(run(workspace="south")).count("No leads to show") == 10
    stranger = run("person.py", workspace="south", id=first.person_id or "")
    assert [title.value for title in stranger.title] == ["No such person"]


@pytest.mark.parametrize(("owner", "expected"), [("All", 3), ("Team", 2), ("Me", 1)])
def test_whose_people_are_shown(run: Run, cockpit: Cockpit, workspace: WorkspaceId, owner: str, expected: int) -> None:
    now = datetime.now(UTC)
    with cockpit.db.write() as conn:
        ensure_owner(conn, workspace, now)
        colleague = upsert_member(conn, workspace, email="noor@example.com", name="Noor", now=now)
        me = next(one.member_id for one in list_members(conn, workspace) if one.role == "owner")
    for name, owner_id in (("Mine", me), ("Theirs", colleague), ("Nobodys", None)):
        row = {"person_id": str(person_id_of(workspace, name)), "external_id": name, "name": name, "lifecycle": "lead"}
        row |= {"owner_id": owner_id and str(owner_id), "attributes": "{}", "do_not_contact": False, "is_demo": False}
        with cockpit.db.write() as conn:
            given = pl.DataFrame([{**row, "created_at": now, "updated_at": now}])
            upsert_people(conn, workspace, given.cast({"owner_id": pl.String}))
        receive(cockpit, workspace, [SignalIn("MISSED_CALL", now, external_id=name)], now)
    at = run(owner=owner)
    assert not at.exception
    assert len(at.dataframe[0].value) == expected
