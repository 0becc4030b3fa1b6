"""Somebody fills in the form a run waits for, gives a run up, or takes all of a workflow back.

answer(db, viewer, run_id, answers, now) -> Run
take_back(db, viewer, run_id, now) -> Recalled
recall(db, viewer, workflow_key, now) -> Recalled
count_recalled(conn, viewer, workflow_key) -> Recalled          how many that would be
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cockpit.automation import stops
from cockpit.automation.bulk import MOST
from cockpit.automation.guard_log import append, lock_chain
from cockpit.automation.stops import Target, count_queued
from cockpit.automation.undo import undo
from cockpit.automation.workflows.engine import FREE
from cockpit.automation.workflows.reading import read_workflow
from cockpit.automation.workflows.spec import Step
from cockpit.automation.workflows.steps.form import checked
from cockpit.errors import Conflict, Forbidden
from cockpit.model.instants import spelled
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage import workflow_runs as runs
from cockpit.storage.attempts import RESERVED, About, list_attempts
from cockpit.storage.database import Connection, Database
from cockpit.storage.workflow_runs import UNFINISHED, Run, count_runs, get_workflow_run, replace_run, replace_unfinished
from cockpit.storage.workflow_steps import replace_next_people, replace_step
from cockpit.storage.workflow_versions import get_workflow_head, get_workflow_version

GIVEN_UP = "Somebody cancelled it."


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was taken back."""

    runs: int
    outreaches: int


def form_of(conn: Connection, viewer: Viewer, run: Run) -> Step:
    """The form a run waits for.

    Raises:
        Conflict: it waits for none.
    """
    if run.state != runs.ASKING:
        raise Conflict("The run does not wait for a form any more.")
    stored = get_workflow_version(conn, viewer.workspace_id, run.workflow_key, run.version)
    return read_workflow(stored.spec).steps[run.step_no]


def answer(db: Database, viewer: Viewer, run_id: UUID, answers: Mapping[str, Any], now: datetime) -> Run:
    """Store what a form was filled in with; a worker takes the next step.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such run on their side of the wall.
        Conflict: it does not wait for a form any more.
        InvalidInput: something is missing, or is no choice.
    """
    viewer.check(Permission.DECIDE)
    workspace_id = viewer.workspace_id
    with db.write(workspace_id) as conn:
        lock_chain(conn, workspace_id)
        run = get_workflow_run(conn, workspace_id, run_id, scope=viewer.scope)
        form = form_of(conn, viewer, run)
        said = checked(form, answers)
        replace_step(conn, workspace_id, run_id, run.step_no, {"state": runs.DONE, "result": said, "finished_at": now})
        replace_next_people(conn, workspace_id, run_id, run.step_no)
        spec = read_workflow(get_workflow_version(conn, workspace_id, run.workflow_key, run.version).spec)
        last = run.step_no + 1 >= len(spec.steps)
        changes: dict[str, Any] = {"context": {**run.context, form.key: said}}
        changes |= {"state": runs.DONE, "finished_at": now} if last else {"state": runs.RUNNING, "due_at": now}
        changes["step_no"] = run.step_no if last else run.step_no + 1
        replace_run(conn, workspace_id, run_id, (runs.ASKING,), changes)
        return get_workflow_run(conn, workspace_id, run_id, scope=viewer.scope)


def take_back(db: Database, viewer: Viewer, run_id: UUID, now: datetime) -> Recalled:
    """Give one run up, and take back what it has reserved and has not left.

    Raises:
        Forbidden: their role does not allow it, or others' people take part.
        NotFound: there is no such run on their side of the wall.
    """
    viewer.check(Permission.DECIDE)
    with db.write(viewer.workspace_id) as conn:
        lock_chain(conn, viewer.workspace_id)
        run = get_workflow_run(conn, viewer.workspace_id, run_id, scope=viewer.scope)
        if run.person_id is None and viewer.scope is not None and run.started_by != viewer.member_id:
            raise Forbidden("Others' people take part in this run: who started it can take it back.")
        ended = replace_run(conn, viewer.workspace_id, run_id, UNFINISHED, _given_up(now))
        about = About(workflow_run_id=run_id)
        waiting = list_attempts(conn, viewer.workspace_id, about, states=(RESERVED,), scope=viewer.scope, limit=MOST)
    taken = 0
    for attempt in waiting:
        with suppress(Conflict):  # this one has left
            undo(db, viewer, attempt.attempt_id, now)
            taken += 1
    return Recalled(int(ended), taken)


def recall(db: Database, viewer: Viewer, workflow_key: str, now: datetime) -> Recalled:
    """Take back everything of a workflow that has not left: its runs, and what they have reserved.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such workflow.
    """
    viewer.check(Permission.MANAGE_RULES)
    with db.write(viewer.workspace_id) as conn:
        chain = lock_chain(conn, viewer.workspace_id)
        get_workflow_head(conn, viewer.workspace_id, workflow_key)
        gone = replace_unfinished(conn, viewer.workspace_id, workflow_key, _given_up(now))
        told = {"event": "workflow recalled", "at": spelled(now), "rule_key": workflow_key, "runs": gone}
        append(conn, chain, [told | {"by": viewer.member_id and str(viewer.member_id)}])
    return Recalled(gone, stops.recall(db, viewer, Target(rule_key=workflow_key), now))


def count_recalled(conn: Connection, viewer: Viewer, workflow_key: str) -> Recalled:
    """How many a recall would take back, of the whole workspace: only who manages rules is told."""
    viewer.check(Permission.MANAGE_RULES)
    found = count_runs(conn, viewer.workspace_id, workflow_key)
    going = sum(found.get(state, 0) for state in UNFINISHED)
    return Recalled(going, count_queued(conn, viewer.workspace_id, Target(rule_key=workflow_key)))


def _given_up(now: datetime) -> dict[str, Any]:
    return {"state": runs.CANCELLED, "error": GIVEN_UP, "due_at": None, "finished_at": now, **FREE}
