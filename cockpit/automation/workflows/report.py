"""Workflows and their runs for a screen or a command: only people on the viewer's side of the wall.

list_flows(conn, viewer) -> tuple[Flow, ...]
get_flow(conn, viewer, workflow_key) -> Flow                raises NotFound
list_reports(conn, viewer, workflow_key, limit=10) -> tuple[Report, ...]       the newest runs first
get_report(conn, viewer, run_id) -> Report                  raises NotFound
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from cockpit.automation.workflows.reading import read_workflow
from cockpit.automation.workflows.spec import Step, WorkflowSpec
from cockpit.automation.workflows.steps.registry import STEPS
from cockpit.errors import InvalidInput
from cockpit.model.viewer import Viewer
from cockpit.storage.attempts import About, Attempt, list_attempts
from cockpit.storage.database import Connection
from cockpit.storage.people import find_person
from cockpit.storage.workflow_runs import Run, get_workflow_run, list_workflow_runs
from cockpit.storage.workflow_steps import LEFT_OUT, SKIPPED, STARTED, WAITS, StepRun, count_run_people, list_steps
from cockpit.storage.workflow_versions import (
    WorkflowHead,
    WorkflowVersion,
    get_workflow_head,
    list_workflow_heads,
    list_workflow_versions,
)

NOT_YET: Final = "NOT YET"  # a step the run has not come to
NOT_TAKEN: Final = "NOT TAKEN"  # one it never will


@dataclass(frozen=True, slots=True)
class Flow:
    """A workflow: what it does now, or what its draft would do where it never did anything."""

    head: WorkflowHead
    versions: tuple[WorkflowVersion, ...]
    spec: WorkflowSpec | None
    fault: str | None = None  # why it cannot be read

    @property
    def draft(self) -> WorkflowVersion | None:
        """What it shall do."""
        return next((one for one in self.versions if one.status == "draft"), None)

    @property
    def active(self) -> bool:
        """Whether it may be started."""
        return self.head.status == "ACTIVE"


@dataclass(frozen=True, slots=True)
class Taken:
    """A step of a run."""

    title: str  # of its kind
    told: str
    state: str
    row: StepRun | None = None
    attempt: Attempt | None = None  # what it reserved


@dataclass(frozen=True, slots=True)
class Report:
    """A run with its steps; for many, with counts of those one may see."""

    run: Run
    name: str | None  # of its person
    steps: tuple[Taken, ...]
    people: Mapping[tuple[str, str | None], int]

    def count(self, *states: str) -> int:
        """How many of its people are in one of these states."""
        return sum(count for (state, _), count in self.people.items() if state in states)

    @property
    def because(self) -> Mapping[str, int]:
        """Why people were skipped, the most frequent reason first."""
        out = {reason or "": count for (state, reason), count in self.people.items() if state in (SKIPPED, LEFT_OUT)}
        return dict(sorted(out.items(), key=lambda one: -one[1]))

    @property
    def sentence(self) -> str:
        """`N run, M skipped, because`, of a run for many."""
        skipped, waits = self.count(SKIPPED, LEFT_OUT), self.count(WAITS)
        why = "; ".join(f"{count}: {reason}" for reason, count in self.because.items())
        waiting = f", {waits} wait" if waits else ""
        return f"{self.count(STARTED)} run{waiting}, {skipped} skipped" + (f", because {why}" if why else "")


def list_flows(conn: Connection, viewer: Viewer) -> tuple[Flow, ...]:
    """All workflows, by key."""
    return tuple(_flow(conn, viewer, head) for head in list_workflow_heads(conn, viewer.workspace_id))


def get_flow(conn: Connection, viewer: Viewer, workflow_key: str) -> Flow:
    """One workflow.

    Raises:
        NotFound: there is none with this key.
    """
    return _flow(conn, viewer, get_workflow_head(conn, viewer.workspace_id, workflow_key))


def list_reports(conn: Connection, viewer: Viewer, workflow_key: str, limit: int = 10) -> tuple[Report, ...]:
    """The newest runs of a workflow."""
    found = list_workflow_runs(conn, viewer.workspace_id, workflow_key=workflow_key, scope=viewer.scope, limit=limit)
    versions = {one.version: one for one in list_workflow_versions(conn, viewer.workspace_id, workflow_key)}
    return tuple(_report(conn, viewer, run, _read(versions.get(run.version))[0]) for run in found)


def get_report(conn: Connection, viewer: Viewer, run_id: UUID) -> Report:
    """One run.

    Raises:
        NotFound: there is none, or it is for nobody on their side of the wall.
    """
    run = get_workflow_run(conn, viewer.workspace_id, run_id, scope=viewer.scope)
    versions = {one.version: one for one in list_workflow_versions(conn, viewer.workspace_id, run.workflow_key)}
    return _report(conn, viewer, run, _read(versions.get(run.version))[0])


def _flow(conn: Connection, viewer: Viewer, head: WorkflowHead) -> Flow:
    versions = list_workflow_versions(conn, viewer.workspace_id, head.workflow_key)
    shown = next((one for one in versions if one.version == head.version), versions[0] if versions else None)
    return Flow(head, versions, *_read(shown))


def _read(version: WorkflowVersion | None) -> tuple[WorkflowSpec | None, str | None]:
    if version is None:
        return None, "It has no steps yet."
    try:
        return read_workflow(version.spec), None
    except InvalidInput as error:
        return None, error.message


def _report(conn: Connection, viewer: Viewer, run: Run, spec: WorkflowSpec | None) -> Report:
    rows = {one.step_no: one for one in list_steps(conn, viewer.workspace_id, run.run_id)}
    made: Sequence[Attempt] = ()
    people: Mapping[tuple[str, str | None], int] = {}
    if run.person_id is None:
        people = count_run_people(conn, viewer.workspace_id, run.run_id, scope=viewer.scope)
    elif any(row.attempt_id for row in rows.values()):
        about = About(workflow_run_id=run.run_id, person_id=run.person_id)
        made = list_attempts(conn, viewer.workspace_id, about, scope=viewer.scope)
    by_id = {one.attempt_id: one for one in made}
    known = None if run.person_id is None else find_person(conn, viewer.workspace_id, run.person_id, scope=viewer.scope)
    name = known.name if known else None
    taken = tuple(_taken(run, place, step, rows, by_id) for place, step in enumerate(spec.steps if spec else ()))
    return Report(run, name, taken, people)


def _taken(run: Run, place: int, step: Step, rows: Mapping[int, StepRun], made: Mapping[UUID, Attempt]) -> Taken:
    kind, row = STEPS[step.type], rows.get(place)
    if row is None:
        later = run.finished_at is None and place >= run.step_no
        return Taken(kind.title, kind.told(step), NOT_YET if later else NOT_TAKEN)
    state = run.state if row.finished_at is None and run.finished_at is not None else row.state
    return Taken(kind.title, kind.told(step), state, row, made.get(row.attempt_id) if row.attempt_id else None)


def documents(reports: Iterable[Report]) -> list[dict[str, Any]]:
    """Runs as JSON."""
    return [
        {
            "run_id": str(one.run.run_id),
            "workflow_key": one.run.workflow_key,
            "version": one.run.version,
            "trigger": one.run.trigger,
            "person_id": one.run.person_id and str(one.run.person_id),
            "state": one.run.state,
            "error": one.run.error,
            "started_at": one.run.started_at,
            "due_at": one.run.due_at,
            "finished_at": one.run.finished_at,
            "steps": [
                {"told": step.told, "state": step.state, "execution": step.attempt and step.attempt.state}
                for step in one.steps
            ],
            "people": [
                {"state": state, "reason": reason, "count": count} for (state, reason), count in one.people.items()
            ],
        }
        for one in reports
    ]
