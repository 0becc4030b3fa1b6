"""New people set workflows off: once, whatever door they come by, and never in a circle."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from cockpit.automation.workflows import spec
from cockpit.automation.workflows.engine import LOOP, MOST_STARTS
from cockpit.automation.workflows.start import start_one
from cockpit.automation.workflows.versions import deactivate
from cockpit.errors import Conflict
from cockpit.ingestion import new_people
from cockpit.ingestion.create import create_person
from cockpit.ingestion.load import import_people
from cockpit.ingestion.receive import receive
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage.attempts import RESERVED
from cockpit.storage.database import Database
from cockpit.storage.guard_facts import ConsentRow, insert_consent
from tests.automation.flows import CREATED, HELLO, KEY, make_flow, owner, reached, runs_of, work_off
from tests.automation.ground import prepare
from tests.automation.replayed import Held

SECOND = timedelta(seconds=1)


def ready(db: Database, workspace: WorkspaceId, now: datetime) -> PersonId:
    """An active workflow for new people."""
    [ana] = prepare(db, workspace, now)
    make_flow(db, workspace, now, HELLO, trigger=CREATED)
    return ana


def post(db: Database, workspace: WorkspaceId, now: datetime, **fields: str) -> PersonId:
    """A person from another program, who agreed to be written to."""
    with db.write(workspace) as conn:
        made = create_person(conn, workspace, {"name": "New", **fields}, now)
        insert_consent(conn, workspace, uuid4(), made, ConsentRow("*", "express", now))
    return made


def test_both_layers_name_the_trigger_alike() -> None:
    assert new_people.PERSON_CREATED == spec.PERSON_CREATED


def test_a_posted_person_is_greeted_once(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    ana = ready(db, workspace, now)
    made = post(db, workspace, now + SECOND, phone="+33611111111")
    with db.write(workspace) as conn:
        create_person(conn, workspace, {"person_id": str(made), "city": "Lyon"}, now + SECOND, upsert=True)
    work_off(db, workspace, now + SECOND)
    [run] = runs_of(db, workspace)
    assert (run.person_id, run.trigger, run.state, run.started_by) == (made, "PERSON_CREATED", "DONE", None)
    [attempt] = reached(db, workspace)
    assert (attempt.state, attempt.person_id) == (RESERVED, made)
    with pytest.raises(Conflict):
        start_one(db, owner(workspace), KEY, ana, now + SECOND)


def test_an_id_that_comes_along_makes_no_difference(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    ready(db, workspace, now)
    made = post(db, workspace, now + SECOND, person_id=str(uuid4()), phone="+33611111111")
    assert [run.person_id for run in runs_of(db, workspace)] == [made]


def test_whoever_a_signal_creates_is_new(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    ready(db, workspace, now)
    signal = {"type": "MISSED_CALL", "occurred_at": (now + SECOND).isoformat()}
    rows = [{**signal, "email": f"{one}@example.org", "source_event_id": str(one)} for one in (1, 2, 2)]
    rows.append({**rows[0], "email": "3@example.org", "source_event_id": "3", "occurred_at": now.isoformat()})
    rows[-1]["occurred_at"] = (now - timedelta(days=9)).isoformat()  # of somebody from before
    for _ in range(2):
        receive(Held(db), workspace, rows, now + SECOND)
    assert len(runs_of(db, workspace)) == 2


def test_a_file_of_old_contacts_is_no_flood(
    db: Database, workspace: WorkspaceId, now: datetime, tmp_path: Path
) -> None:
    ready(db, workspace, now)
    file = tmp_path / "people.csv"
    file.write_text("email,created_at\nold@example.org,2019-01-01T00:00:00Z\nnew@example.org,\n")
    import_people(Held(db), workspace, file, now + SECOND)
    assert len(runs_of(db, workspace)) == 1


def test_what_is_not_active_is_not_set_off(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    ready(db, workspace, now)
    deactivate(db, owner(workspace), KEY, now)
    post(db, workspace, now + SECOND, phone="+33611111111")
    assert runs_of(db, workspace) == ()


def test_a_workflow_that_starts_itself_is_stopped(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    """Each time for somebody new, who has the phone of the one before."""
    ready(db, workspace, now)
    for number in range(MOST_STARTS + 2):
        post(db, workspace, now + number * SECOND, phone="+33611111111", external_id=f"copy {number}")
        work_off(db, workspace, now + number * SECOND)
    states = [(run.state, run.error) for run in reversed(runs_of(db, workspace))]
    assert [state for state, _ in states[:MOST_STARTS]] == ["DONE"] * MOST_STARTS
    assert states[MOST_STARTS:] == [("FAILED", LOOP)] * 2
    assert len(reached(db, workspace)) == MOST_STARTS
