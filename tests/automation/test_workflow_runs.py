"""Runs of workflows: each step once, whatever is killed in between, and nothing past a guard."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from cockpit.automation.workflows.answer import Recalled, answer, count_recalled, recall, take_back
from cockpit.automation.workflows.start import foresee, start_many, start_one
from cockpit.automation.workflows.steps import start_engagement_bulk
from cockpit.automation.workflows.versions import deactivate
from cockpit.errors import Conflict, Forbidden, InvalidInput, NotFound
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Scope, Viewer
from cockpit.storage.attempts import BLOCKED, CANCELLED, RESERVED
from cockpit.storage.database import Database
from cockpit.storage.members import upsert_member
from cockpit.storage.pending import delete_pending, upsert_pending
from cockpit.storage.schema import person
from cockpit.storage.workflow_runs import list_workflow_runs
from cockpit.storage.workflow_steps import LEFT_OUT, SKIPPED, STARTED, count_run_people
from tests.automation.flows import (
    ASK,
    ASKED,
    BULK,
    CALL,
    HELLO,
    IS_LEAD,
    KEY,
    MANY,
    WAIT,
    killed_before,
    make_flow,
    owner,
    reached,
    run_now,
    runs_of,
    step_rows,
    steps_of,
    work,
    work_off,
)
from tests.automation.ground import prepare, refuse

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=61)  # and a little more
STRIDE = 5  # statements from one kill to the next


def test_one_person_is_reached_once(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    make_flow(db, workspace, now, HELLO)
    run = start_one(db, owner(workspace), KEY, ana, now + SECOND)
    [attempt] = reached(db, workspace)
    assert (run.state, steps_of(db, workspace, run.run_id)) == ("DONE", [("hello", "DONE")])
    assert (attempt.state, attempt.origin, attempt.rule_key) == (RESERVED, "workflow", KEY)
    assert (attempt.workflow_run_id, attempt.channel) == (run.run_id, "sms")
    assert step_rows(db, workspace, run.run_id)[0].attempt_id == attempt.attempt_id
    assert attempt.execute_after == now + SECOND + timedelta(seconds=10)  # the undo window
    assert work(db, workspace, now + SECOND) == 0


def test_a_guard_ends_the_run_with_its_reason(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    make_flow(db, workspace, now, HELLO, WAIT)
    with db.write(workspace) as conn:
        refuse(conn, workspace, ana)
    run = start_one(db, owner(workspace), KEY, ana, now + SECOND)
    assert (run.state, steps_of(db, workspace, run.run_id)) == ("BLOCKED", [("hello", "BLOCKED")])
    assert run.error == reached(db, workspace)[0].reason
    assert "contact" in str(run.error)


def test_a_delay_ends_at_the_right_minute(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    make_flow(db, workspace, now, WAIT, HELLO)
    run = start_one(db, owner(workspace), KEY, ana, now)
    assert (run.state, run.due_at) == ("WAITING", now + timedelta(minutes=90))
    assert work(db, workspace, now + timedelta(minutes=90) - SECOND) == 0
    assert reached(db, workspace) == []
    work_off(db, workspace, now + timedelta(minutes=90))
    assert steps_of(db, workspace, run.run_id) == [("wait", "DONE"), ("hello", "DONE")]
    assert len(reached(db, workspace)) == 1


def test_a_form_waits_for_somebody(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    make_flow(db, workspace, now, ASK, ASKED)
    run = start_one(db, owner(workspace), KEY, ana, now)
    assert (run.state, run.due_at) == ("ASKING", None)
    for wrong in ({}, {"channel": "pigeon", "instruction": "x"}, {"channel": "sms"}, {"colour": "red"}):
        with pytest.raises(InvalidInput):
            answer(db, owner(workspace), run.run_id, wrong, now)
    said = {"channel": "sms", "instruction": "Say hello to {{ask.channel}}"}
    answer(db, owner(workspace), run.run_id, said, now + SECOND)
    with pytest.raises(Conflict):
        answer(db, owner(workspace), run.run_id, said, now + SECOND)
    work_off(db, workspace, now + SECOND)
    [attempt] = reached(db, workspace)
    assert (attempt.channel, attempt.instruction) == ("sms", "Say hello to {{ask.channel}}")  # words are not looked up


@pytest.mark.parametrize(("lifecycle", "state"), [("lead", "DONE"), ("customer", "ENDED")])
def test_a_condition_lets_pass_who_is_meant(
    db: Database, workspace: WorkspaceId, now: datetime, lifecycle: str, state: str
) -> None:
    [ana] = prepare(db, workspace, now)
    make_flow(db, workspace, now, {**IS_LEAD, "conditions": {"lifecycles": [lifecycle]}}, HELLO)
    run = start_one(db, owner(workspace), KEY, ana, now)
    assert (run.state, len(reached(db, workspace))) == (state, int(state == "DONE"))


def test_a_condition_can_lead_on_elsewhere(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    customer = {**IS_LEAD, "conditions": {"lifecycles": ["customer"]}, "otherwise": "call"}
    make_flow(db, workspace, now, customer, HELLO, CALL)
    run = start_one(db, owner(workspace), KEY, ana, now)
    assert steps_of(db, workspace, run.run_id) == [("lead", "DONE"), ("call", "DONE")]
    assert [one.action_type for one in reached(db, workspace)] == ["CALL_LEAD"]


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several transactions for a handful of people."""
    monkeypatch.setattr(start_engagement_bulk, "AT_ONCE", 3)


@pytest.mark.usefixtures("few_at_once")
def test_many_run_and_some_are_skipped(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    people = prepare(db, workspace, now, people=9)
    stranger = PersonId(UUID(int=99))
    make_flow(db, workspace, now, BULK, trigger=MANY)
    with db.write(workspace) as conn:
        for one in people[:3]:
            refuse(conn, workspace, one)
    ahead = foresee(db, owner(workspace), KEY, [*people, stranger, people[0]], now + SECOND)
    assert (ahead.people, ahead.skipped, reached(db, workspace)) == (6, 4, [])
    assert ahead.sentence.startswith("6 run, 4 skipped, because ")
    started = start_many(db, owner(workspace), KEY, [*people, stranger], now + SECOND)
    assert started.run_id is not None
    assert (started.people, started.because) == (9, {"There is no such person.": 1})
    work_off(db, workspace, now + SECOND)
    assert run_now(db, workspace, started.run_id).state == "DONE"
    with db.read(workspace) as conn:
        found = count_run_people(conn, workspace, started.run_id)
    assert {state: count for (state, _), count in found.items()} == {STARTED: 6, SKIPPED: 3}
    assert [one.state for one in reached(db, workspace)].count(RESERVED) == 6


def test_a_condition_leaves_people_of_a_bulk_out(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    people = prepare(db, workspace, now, people=3)
    make_flow(db, workspace, now, {**IS_LEAD, "conditions": {"lifecycles": ["customer"]}}, WAIT, BULK, trigger=MANY)
    run_id = start_many(db, owner(workspace), KEY, people, now).run_id
    assert run_id is not None
    work_off(db, workspace, now)
    work_off(db, workspace, now + timedelta(hours=2))
    with db.read(workspace) as conn:
        assert {key[0] for key in count_run_people(conn, workspace, run_id)} == {LEFT_OUT}
    assert (run_now(db, workspace, run_id).state, reached(db, workspace)) == ("DONE", [])


def test_nobody_is_in_two_runs_of_one_workflow(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    make_flow(db, workspace, now, WAIT, HELLO)
    start_one(db, owner(workspace), KEY, ana, now)
    with pytest.raises(Conflict):
        start_one(db, owner(workspace), KEY, ana, now)
    assert len(runs_of(db, workspace)) == 1


def test_what_is_switched_off_reaches_nobody(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    make_flow(db, workspace, now, WAIT, HELLO)
    run = start_one(db, owner(workspace), KEY, ana, now)
    assert deactivate(db, owner(workspace), KEY, now)
    with pytest.raises(Conflict):
        start_one(db, owner(workspace), KEY, ana, now)
    work_off(db, workspace, now + timedelta(hours=2))
    assert run_now(db, workspace, run.run_id).state == "BLOCKED"
    assert [one.state for one in reached(db, workspace)] == [BLOCKED]


def test_all_of_a_workflow_is_taken_back_and_counted(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    people = prepare(db, workspace, now, people=4)
    make_flow(db, workspace, now, HELLO, WAIT)
    runs = [start_one(db, owner(workspace), KEY, one, now) for one in people]
    assert take_back(db, owner(workspace), runs[0].run_id, now) == Recalled(1, 1)
    with db.read(workspace) as conn:
        ahead = count_recalled(conn, owner(workspace), KEY)
    assert recall(db, owner(workspace), KEY, now) == ahead == Recalled(3, 3)
    assert {one.state for one in runs_of(db, workspace)} == {"CANCELLED"}
    assert {one.state for one in reached(db, workspace)} == {CANCELLED}
    assert work(db, workspace, now + timedelta(days=1)) == 0


def test_who_waits_to_be_restated_is_waited_for(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    make_flow(db, workspace, now, HELLO)
    with db.write(workspace) as conn:
        upsert_pending(conn, workspace, [ana])
    run = start_one(db, owner(workspace), KEY, ana, now)
    assert (run.state, reached(db, workspace)) == ("RUNNING", [])
    with db.write(workspace) as conn:
        delete_pending(conn, workspace, [ana])
    work_off(db, workspace, now + 3 * SECOND)
    assert run_now(db, workspace, run.run_id).state == "DONE"


def test_a_worker_killed_before_each_statement_does_as_an_undisturbed_one(
    db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime
) -> None:
    """Each round of one worker ends before some statement; after its lease another one goes on."""
    people = {here: prepare(db, here, now, people=2) for here in (workspace, other_workspace)}
    for here, theirs in people.items():
        make_flow(db, here, now, IS_LEAD, HELLO, WAIT, CALL)
        make_flow(db, here, now, IS_LEAD, BULK, trigger=MANY, key="bulk")
        start_many(db, owner(here), "bulk", theirs, now)
    start_one(db, owner(other_workspace), KEY, people[other_workspace][0], now)
    statements = 0
    while len(runs_of(db, workspace)) < 2:  # what was not stored was not started
        with killed_before(db, statements):
            start_one(db, owner(workspace), KEY, people[workspace][0], now)
        statements += STRIDE
    at, survived, statements = now + LEASE, 0, 0
    while not survived:
        with killed_before(db, statements):
            work(db, workspace, at)
            survived += 1
        at += LEASE
        statements += STRIDE
    for hours in range(0, 6, 2):
        for here in (workspace, other_workspace):
            work_off(db, here, at + timedelta(hours=hours))
    assert statements > 20
    assert _told(db, workspace) == _told(db, other_workspace)


def _told(db: Database, here: WorkspaceId) -> object:
    runs = sorted((run.workflow_key, run.state, steps_of(db, here, run.run_id)) for run in runs_of(db, here))
    made = [(one.action_type, one.state) for key in (KEY, "bulk") for one in reached(db, here, key)]
    return runs, sorted(made)


@pytest.mark.usefixtures("few_at_once")
def test_two_workers_take_turns(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    people = prepare(db, workspace, now, people=7)
    make_flow(db, workspace, now, BULK, trigger=MANY)
    run_id = start_many(db, owner(workspace), KEY, people, now).run_id
    assert run_id is not None
    while run_now(db, workspace, run_id).state != "DONE":
        assert work(db, workspace, now)
    assert sorted(one.person_id for one in reached(db, workspace)) == sorted(people)
    assert replace(run_now(db, workspace, run_id), lease_owner=None).lease_until is None


def test_behind_the_wall_one_starts_and_sees_only_for_ones_own(
    db: Database, workspace: WorkspaceId, now: datetime
) -> None:
    people = prepare(db, workspace, now, people=3)
    make_flow(db, workspace, now, WAIT, HELLO)
    make_flow(db, workspace, now, BULK, trigger=MANY, key="bulk")
    with db.write(workspace) as conn:
        members = [
            upsert_member(conn, workspace, email=f"m{one}@example.com", name=f"M{one}", now=now) for one in (0, 1)
        ]
        theirs = update(person).where(person.c.workspace_id == workspace, person.c.person_id == people[0])
        conn.execute(theirs.values(owner_id=members[0]))
    ana, ben = (Viewer(workspace, one, Role.MEMBER, Scope(one)) for one in members)
    with pytest.raises(NotFound):
        start_one(db, ben, KEY, people[0], now)
    run = start_one(db, ana, KEY, people[0], now)
    bulk = start_many(db, ana, "bulk", people, now)
    assert (bulk.people, bulk.because) == (1, {"There is no such person.": 2})
    everybody = start_many(db, owner(workspace), "bulk", people[1:], now)
    assert everybody.run_id is not None
    with db.read(workspace) as conn:
        seen = {who: {one.run_id for one in list_workflow_runs(conn, workspace, scope=who.scope)} for who in (ana, ben)}
    assert seen == {ana: {run.run_id, bulk.run_id}, ben: set()}
    for run_id in (run.run_id, everybody.run_id):
        with pytest.raises(NotFound):
            take_back(db, ben, run_id, now)
    with pytest.raises(Forbidden):
        start_one(db, Viewer(workspace, None, Role.READ_ONLY), KEY, people[0], now)
    with pytest.raises(Forbidden):
        recall(db, ana, KEY, now)
