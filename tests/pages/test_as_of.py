"""Looking back: the screens as they were at a past instant, where nothing can be changed."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from cockpit.bootstrap import Cockpit
from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import SignalIn
from cockpit.model.ids import WorkspaceId, person_id_of
from cockpit.storage.people import upsert_people
from tests.pages.conftest import Run

THEN = "2011-12-12T08:00:00Z"
BANNER = "**As of 12 Dec 2011, 09:00 CET**"  # on the clock of the workspace
CALLS = {"Olga": datetime(2011, 12, 12, 7, 50, tzinfo=UTC), "Lars": datetime(2011, 12, 20, 9, tzinfo=UTC)}


@pytest.fixture
def old(cockpit: Cockpit, workspace: WorkspaceId) -> WorkspaceId:
    """A workspace into which an old log was brought today: Olga missed us before that instant, Lars after it."""
    now = datetime.now(UTC)
    row = {"lifecycle": "lead", "attributes": "{}", "do_not_contact": False, "is_demo": False}
    row |= {"phone": "+12125550100", "created_at": now, "updated_at": now}
    for name, at in CALLS.items():
        person = {**row, "person_id": str(person_id_of(workspace, name)), "external_id": name, "name": name}
        with cockpit.db.write() as conn:
            upsert_people(conn, workspace, pl.DataFrame([person]))
        receive(cockpit, workspace, [SignalIn("MISSED_CALL", at, external_id=name)], now)
    return workspace


def names(at: AppTest) -> list[str]:
    """Who is on Priority Leads."""
    return list(at.dataframe[0].value["Person"]) if at.dataframe else []


def words(at: AppTest) -> str:
    """All the words of a page, as they are read."""
    shown = (str(one.value) for kind in ("title", "header", "markdown", "caption") for one in at.get(kind))
    return " ".join(shown).replace("\\", "")


def test_the_rows_are_those_of_then(run: Run, old: WorkspaceId) -> None:
    at = run(as_of=THEN)
    assert not at.exception
    assert names(at) == ["Olga"]
    assert BANNER in words(at)
    assert "Fresh · 10 min ago" in words(at)
    assert at.metric[0].value == "1"
    assert "10 min ago" in at.dataframe[0].value["Last touch"][0]
    assert names(run(as_of="2011-12-20T12:00:00Z")) == ["Lars", "Olga"]
    assert "as_of=2011-12-12T08%3A00%3A00Z" in " ".join(one.body for one in run(as_of=THEN).get("html"))


def test_nothing_can_be_decided_there(run: Run, old: WorkspaceId) -> None:
    at = run(as_of=THEN)
    closed = [at.button(key=key) for key in ("do_execute", "do_snooze", "do_dismiss")]
    assert all(button.disabled and "go back to now" in button.help for button in closed)
    assert closed[0].label == "Call lead"
    assert "go back to now" in words(at)


def test_the_person_of_then(run: Run, old: WorkspaceId) -> None:
    olga = str(person_id_of(old, "Olga"))
    at = run("person.py", id=olga, as_of=THEN)
    assert not at.exception
    assert at.title[0].value == "Olga"
    assert BANNER in words(at)
    assert at.button(key="do_execute").disabled
    assert "10 min ago" in " ".join(one.body for one in at.get("html"))
    before = run("person.py", id=olga, as_of="2011-12-01T08:00:00Z")
    assert not before.exception
    assert "No signals by then" in words(before)


def test_back_to_now(run: Run, old: WorkspaceId) -> None:
    at = run(as_of=THEN)
    at.button(key="banner_now").click().run()
    assert not at.exception
    assert "as_of" not in at.query_params
    assert BANNER not in words(at)


def test_an_instant_is_picked_on_the_clock_of_the_workspace(run: Run, old: WorkspaceId) -> None:
    at = run()
    at.date_input(key="as_of_date_now").set_value(datetime(2011, 12, 12, tzinfo=UTC).date())
    at.time_input(key="as_of_time_now").set_value(datetime(2011, 12, 12, 9, tzinfo=UTC).time())
    at.button(key="as_of_show").click().run()
    assert not at.exception
    assert at.query_params["as_of"] in (THEN, [THEN])
    assert names(at) == ["Olga"]


@pytest.mark.parametrize(
    "asked", ["yesterday", "2011-12-12", "2999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "é*"]
)
@pytest.mark.parametrize("page", ["cockpit.py", "person.py"])
def test_a_wrong_instant_is_one_sentence(run: Run, old: WorkspaceId, page: str, asked: str) -> None:
    at = run(page, as_of=asked, id=str(person_id_of(old, "Olga")))
    assert not at.exception
    assert len(at.warning) == 1
    assert "so this page shows now" in at.warning[0].value
    assert "as it was then" not in words(at)
