"""The workflow screen: cards, switches, starts, forms, runs, levers, and who may what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from streamlit.testing.v1 import AppTest

from cockpit.automation.workflows.reading import read_workflow
from cockpit.automation.workflows.start import start_many, start_one
from cockpit.automation.workflows.versions import save_draft
from cockpit.bootstrap import Cockpit
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage.attempts import CANCELLED, RESERVED
from cockpit.ui.workflows import starting
from tests.automation.flows import (
    ASK,
    ASKED,
    BULK,
    CREATED,
    HELLO,
    KEY,
    MANY,
    ONE,
    WAIT,
    make_flow,
    owner,
    reached,
    runs_of,
    work_off,
)
from tests.automation.ground import prepare, refuse, set_guards
from tests.pages.conftest import Run
from tests.pages.test_objects import html, words

PAGE = {"type": "workflows"}


def now() -> datetime:
    return datetime.now(UTC)


def ready(cockpit: Cockpit, workspace: WorkspaceId, people: int = 1) -> list[PersonId]:
    """People whose hours are open, whatever the hour is."""
    ids = prepare(cockpit.db, workspace, now(), people=people)
    with cockpit.db.write(workspace) as conn:
        set_guards(conn, workspace, {"off": ["quiet_hours"]})
    return ids


def again(widget: Any) -> AppTest:
    """Run the page with its dialog, which a browser would run by itself."""
    widget.root.session_state[starting.ASKED] = KEY
    return widget.run()


def said(at: AppTest) -> str:
    """What the page says, as it reads."""
    more = [str(one.value) for kind in ("header", "success", "error") for one in at.get(kind)]
    return " ".join([words(at), *more, html(at)]).replace("\\", "")


def test_an_empty_workspace_says_where_workflows_come_from(run: Run, workspace: WorkspaceId) -> None:
    at = run("objects.py", **PAGE)
    assert not at.exception
    assert [one.value for one in at.title] == ["Workflows"]
    assert "No workflows to show" in said(at)
    at.button(key="choose_preset").click().run()
    assert [one.value for one in at.title] == ["Settings"]
    assert "Preset" in [one.value for one in at.header]


def test_a_card_says_what_it_does(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    make_flow(cockpit.db, workspace, now(), ASK, ASKED)
    make_flow(cockpit.db, workspace, now(), HELLO, WAIT, trigger=CREATED, key="new")
    save_draft(cockpit.db, owner(workspace), KEY, read_workflow({"trigger": ONE, "steps": [HELLO]}), now())
    at = run("workflows.py")
    assert not at.exception
    told = said(at)
    for line in ("When a person is created", "Started for one person", "Form: Channel", "90 minutes"):
        assert line in told
    assert [one.value for one in at.toggle if str(one.key).startswith("active_")] == [True, True]
    assert {one.key for one in at.button if one.key} >= {f"start_{KEY}", f"publish_{KEY}"}
    assert "start_new" not in {one.key for one in at.button}


def test_a_manager_switches_it_off_and_on(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    make_flow(cockpit.db, workspace, now(), HELLO)
    at = run("workflows.py")
    at = at.toggle(key=f"active_{KEY}").set_value(False).run()
    assert "can be started no more" in said(at)
    assert at.button(key=f"start_{KEY}").disabled
    at = at.toggle(key=f"active_{KEY}").set_value(True).run()
    assert "version 1 is active" in said(at)


def test_one_person_from_the_dialog_to_the_form_to_the_run(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    [ana] = ready(cockpit, workspace)
    make_flow(cockpit.db, workspace, now(), ASK, ASKED)
    at = run("workflows.py").button(key=f"start_{KEY}").click().run()
    at = again(at.selectbox(key=f"start_person_{KEY}").set_value(ana))
    at = again(at.button(key=f"start_now_{KEY}").click())
    assert "Waiting for you" in said(at)
    [flow] = runs_of(cockpit.db, workspace)
    go_on = next(one for one in at.button if one.label == "Go on")
    at = go_on.click().run()
    assert "Channel is missing" in said(at)
    at.selectbox(key=f"field_{flow.run_id}_channel").set_value("sms")
    at.text_area(key=f"field_{flow.run_id}_instruction").set_value("Say *hello*")
    at = next(one for one in at.button if one.label == "Go on").click().run()
    assert "goes on" in said(at)
    work_off(cockpit.db, workspace, now() + timedelta(seconds=1))
    [attempt] = reached(cockpit.db, workspace)
    assert (attempt.state, attempt.instruction) == (RESERVED, "Say *hello*")


def test_many_are_told_of_before_the_click(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    people = ready(cockpit, workspace, people=3)
    make_flow(cockpit.db, workspace, now(), BULK, trigger=MANY)
    with cockpit.db.write(workspace) as conn:
        refuse(conn, workspace, people[0])
    at = run("workflows.py").button(key=f"start_{KEY}").click().run()
    at = again(at.multiselect(key=f"start_people_{KEY}").set_value(people))
    assert "2 will run, 1 skipped" in said(at)
    at = again(at.button(key=f"start_now_{KEY}").click())
    assert "3 run." in said(at)
    work_off(cockpit.db, workspace, now() + timedelta(seconds=1))
    assert [one.state for one in reached(cockpit.db, workspace)].count(RESERVED) == 2


def test_all_of_it_is_stopped_and_taken_back(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    people = ready(cockpit, workspace, people=2)
    make_flow(cockpit.db, workspace, now() - timedelta(minutes=1), HELLO, WAIT)
    for one in people:
        start_one(cockpit.db, owner(workspace), KEY, one, now())
    at = run("workflows.py")
    assert "2 runs go on, 2 outreaches wait" in said(at)
    at = at.button(key=f"stop_new_{KEY}").click().run()
    assert "lets nothing more out" in said(at)
    at = at.button(key=f"recall_{KEY}").click().run()
    assert "2 runs ended, 2 outreaches were taken back" in said(at)
    at = at.button(key=f"go_on_{KEY}").click().run()
    assert at.button(key=f"recall_{KEY}").disabled
    assert {one.state for one in reached(cockpit.db, workspace)} == {CANCELLED}


def test_runs_show_their_steps(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    [ana] = ready(cockpit, workspace)
    make_flow(cockpit.db, workspace, now() - timedelta(minutes=1), HELLO, WAIT)
    start_one(cockpit.db, owner(workspace), KEY, ana, now())
    at = run("workflows.py")
    at.session_state[f"runs_{KEY}"] = True
    at = at.run()
    told = said(at)
    assert "Somebody 0" in told
    assert "Waits until" in told
    assert "Say hello: SMS" in told
    at = next(one for one in at.button if one.label == "Take back").click().run()
    assert "The run is ended, 1 outreach was taken back" in said(at)


def test_who_only_looks_changes_nothing(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    [ana] = ready(cockpit, workspace)
    make_flow(cockpit.db, workspace, now(), ASK, ASKED)
    start_one(cockpit.db, owner(workspace), KEY, ana, now())
    past = (now() - timedelta(minutes=1)).isoformat()
    at = run("workflows.py", as_of=past)
    assert not at.exception
    assert at.toggle(key=f"active_{KEY}").disabled
    keys = {str(one.key) for one in at.button}
    assert not [one for one in keys if one.startswith(("start_", "stop_", "recall_", "back_"))]
    assert "Waiting for you" not in said(at)


def test_a_run_for_many_says_who_was_skipped(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    people = ready(cockpit, workspace, people=2)
    make_flow(cockpit.db, workspace, now() - timedelta(minutes=1), BULK, trigger=MANY)
    with cockpit.db.write(workspace) as conn:
        refuse(conn, workspace, people[0])
    start_many(cockpit.db, owner(workspace), KEY, people, now())
    work_off(cockpit.db, workspace, now() + timedelta(seconds=1))
    at = run("workflows.py")
    at.session_state[f"runs_{KEY}"] = True
    assert "1 run, 1 skipped, because 1: " in said(at.run())


def test_from_a_person_to_a_workflow_for_them(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    people = ready(cockpit, workspace, people=3)
    make_flow(cockpit.db, workspace, now() - timedelta(minutes=1), HELLO)
    at = run("person.py", id=str(people[2]))
    assert "to_workflows" in {one.key for one in at.button}
    at = run("workflows.py", person=str(people[2])).button(key=f"start_{KEY}").click().run()
    assert at.selectbox(key=f"start_person_{KEY}").value == people[2]
    again(at.button(key=f"start_now_{KEY}").click())
    assert [one.person_id for one in runs_of(cockpit.db, workspace)] == [people[2]]
