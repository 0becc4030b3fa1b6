"""Workflows to test with, and a worker that can be killed before each statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import event

from cockpit.automation.workflows.engine import run_due
from cockpit.automation.workflows.reading import read_workflow
from cockpit.automation.workflows.versions import activate, save_draft
from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import Viewer, whole_workspace
from cockpit.storage.attempts import About, Attempt, list_attempts
from cockpit.storage.database import Database
from cockpit.storage.outbox import Lease
from cockpit.storage.workflow_runs import Run, get_workflow_run, list_workflow_runs
from cockpit.storage.workflow_steps import StepRun, list_steps

KEY = "welcome"
ONE = {"type": "MANUAL", "selection": "one"}
MANY = {"type": "MANUAL", "selection": "many"}
CREATED = {"type": "PERSON_CREATED"}
HELLO = {"key": "hello", "type": "START_AVENTORA_ENGAGEMENT", "action": "SAY_HELLO", "channel": "sms"}
CALL = {"key": "call", "type": "START_AVENTORA_ENGAGEMENT", "action": "CALL_LEAD"}
BULK = {"key": "each", "type": "START_AVENTORA_ENGAGEMENT_BULK", "action": "SAY_HELLO", "channel": "sms"}
WAIT = {"key": "wait", "type": "DELAY", "minutes": 90}
IS_LEAD = {"key": "lead", "type": "CONDITION", "conditions": {"lifecycles": ["lead"]}}
ASK = {
    "key": "ask",
    "type": "FORM",
    "fields": [
        {"name": "channel", "type": "choice", "choices": ["phone", "sms"], "required": True},
        {"name": "instruction", "type": "text", "required": True, "label": {"en": "What to say", "ar": "ماذا"}},
    ],
}
ASKED = {**HELLO, "key": "asked", "channel": "{{ask.channel}}", "instruction": "{{ask.instruction}}"}


def owner(workspace: WorkspaceId) -> Viewer:
    """Who may do everything."""
    return whole_workspace(workspace)


def make_flow(
    db: Database,
    workspace: WorkspaceId,
    now: datetime,
    *steps: Mapping[str, Any],
    trigger: Mapping[str, Any] | None = None,
    key: str = KEY,
) -> None:
    """An active workflow."""
    spec = read_workflow({"trigger": trigger or ONE, "steps": list(steps)})
    save_draft(db, owner(workspace), key, spec, now, title="Welcome")
    activate(db, owner(workspace), key, now)


def work(db: Database, workspace: WorkspaceId, now: datetime) -> int:
    """A worker's round."""
    return run_due(db, workspace, Lease(uuid4().hex, now + timedelta(seconds=60)), lambda: now, 20)


def work_off(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    """Rounds until there is nothing to do now."""
    while work(db, workspace, now):
        pass


def runs_of(db: Database, workspace: WorkspaceId) -> tuple[Run, ...]:
    """All runs, newest first."""
    with db.read(workspace) as conn:
        return list_workflow_runs(conn, workspace)


def run_now(db: Database, workspace: WorkspaceId, run_id: UUID) -> Run:
    """A run as it is stored."""
    with db.read(workspace) as conn:
        return get_workflow_run(conn, workspace, run_id)


def steps_of(db: Database, workspace: WorkspaceId, run_id: UUID) -> list[tuple[str, str]]:
    """The steps of a run and their states."""
    return [(one.step_key, one.state) for one in step_rows(db, workspace, run_id)]


def step_rows(db: Database, workspace: WorkspaceId, run_id: UUID) -> tuple[StepRun, ...]:
    """The steps of a run."""
    with db.read(workspace) as conn:
        return list_steps(conn, workspace, run_id)


def reached(db: Database, workspace: WorkspaceId, key: str = KEY) -> list[Attempt]:
    """What a workflow has reserved or wanted to, oldest first."""
    with db.read(workspace) as conn:
        return list(reversed(list_attempts(conn, workspace, About(rule_key=key), limit=10_000)))


class Killed(BaseException):
    """The worker is gone; nothing of it catches this."""


@contextmanager
def killed_before(db: Database, number: int) -> Iterator[None]:
    """The database answers some statements, and then nothing more of this block."""
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen > number:
            raise Killed("killed")

    event.listen(db.pool, "before_cursor_execute", count)
    try:
        yield
    except BaseException:  # what is cleaned up after it may stumble over the connection that is gone
        if seen <= number:
            raise
    finally:
        event.remove(db.pool, "before_cursor_execute", count)
