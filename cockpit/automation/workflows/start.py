"""Somebody starts a workflow: for one person, or for many at once.

start_one(db, viewer, workflow_key, person_id, now) -> Run          its first steps are taken before it answers
start_many(db, viewer, workflow_key, ids, now) -> Started           a worker takes the steps
foresee(db, viewer, workflow_key, ids, now) -> Started              what that would come to; nothing is stored
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from cockpit.automation.bulk import MOST, preview_bulk
from cockpit.automation.guard_log import lock_chain
from cockpit.automation.workflows.engine import STEPS_AT_ONCE, advance
from cockpit.automation.workflows.reading import read_workflow
from cockpit.automation.workflows.spec import MANUAL, MANY, ONE, WorkflowSpec
from cockpit.automation.workflows.steps.engagement import wish_of
from cockpit.automation.workflows.steps.step import Here
from cockpit.errors import Conflict, InvalidInput
from cockpit.model.ids import PersonId
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Connection, Database
from cockpit.storage.people import get_person, list_visible
from cockpit.storage.workflow_runs import RUNNING, Run, get_workflow_run, insert_run, list_running
from cockpit.storage.workflow_steps import insert_run_people
from cockpit.storage.workflow_versions import ActiveWorkflow, get_workflow_head, list_active_workflows

UNSEEN: Final = "There is no such person."
AT_WORK: Final = "The workflow is at work for them already."
LEASE: Final = timedelta(seconds=60)
BULK: Final = "START_AVENTORA_ENGAGEMENT_BULK"


@dataclass(frozen=True, slots=True)
class Started:
    """What a start for many came to: who takes part, and who does not because."""

    run_id: UUID | None  # None: nobody takes part, or it was only foreseen
    people: int
    because: Mapping[str, int] = field(default_factory=dict)

    @property
    def skipped(self) -> int:
        """How many do not take part."""
        return sum(self.because.values())

    @property
    def sentence(self) -> str:
        """The same in one line."""
        if not self.skipped:
            return f"{self.people} run."
        why = "; ".join(f"{count}: {reason}" for reason, count in self.because.items())
        return f"{self.people} run, {self.skipped} skipped, because {why}"


def start_one(db: Database, viewer: Viewer, workflow_key: str, person_id: PersonId, now: datetime) -> Run:
    """Start a workflow for one person; the run says how far it came.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such workflow, or no such person on their side of the wall.
        Conflict: it is not active, not started like this, or at work for them already.
    """
    viewer.check(Permission.DECIDE)
    owner = f"start:{uuid4().hex}"
    with db.write(viewer.workspace_id) as conn:
        lock_chain(conn, viewer.workspace_id)  # two clicks are one after the other
        get_person(conn, viewer.workspace_id, person_id, scope=viewer.scope)
        active, _ = _startable(conn, viewer, workflow_key, ONE)
        if list_running(conn, viewer.workspace_id, workflow_key, [person_id]):
            raise Conflict(AT_WORK)
        run = _new(active, viewer, now, person_id, owner)
        insert_run(conn, viewer.workspace_id, run)
    for _ in range(STEPS_AT_ONCE):
        if not advance(db, viewer.workspace_id, run.run_id, owner, now):
            break
    with db.read(viewer.workspace_id, viewer.scope) as conn:
        return get_workflow_run(conn, viewer.workspace_id, run.run_id, scope=viewer.scope)


def start_many(db: Database, viewer: Viewer, workflow_key: str, ids: Sequence[PersonId], now: datetime) -> Started:
    """Start one run of a workflow for many people.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such workflow.
        Conflict: it is not active, or not started like this.
        InvalidInput: these are too many at once, or nobody.
    """
    viewer.check(Permission.DECIDE)
    with db.write(viewer.workspace_id) as conn:
        lock_chain(conn, viewer.workspace_id)
        active, _ = _startable(conn, viewer, workflow_key, MANY)
        people, because = _taking_part(conn, viewer, workflow_key, ids)
        if not people:
            return Started(None, 0, because)
        run = _new(active, viewer, now)
        insert_run(conn, viewer.workspace_id, run)
        insert_run_people(conn, viewer.workspace_id, run.run_id, people)
    return Started(run.run_id, len(people), because)


def foresee(db: Database, viewer: Viewer, workflow_key: str, ids: Sequence[PersonId], now: datetime) -> Started:
    """Who would take part; where the first step reaches people, whom its guards would let it reach.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such workflow.
        Conflict: it is not active, or not started like this.
        InvalidInput: these are too many at once, or nobody.
    """
    viewer.check(Permission.DECIDE)
    with db.write(viewer.workspace_id) as conn:
        chain = lock_chain(conn, viewer.workspace_id)
        active, spec = _startable(conn, viewer, workflow_key, MANY)
        people, because = _taking_part(conn, viewer, workflow_key, ids)
        here = Here(conn, chain, _new(active, viewer, now), now, spec, spec.steps[0])
        wishes = [wish_of(here, one, viewer.member_id) for one in people] if spec.steps[0].type == BULK else []
    if not wishes:
        return Started(None, len(people), because)
    found = preview_bulk(db, viewer, wishes, now)
    return Started(None, found.runs, {**because, **found.because})


def _startable(
    conn: Connection, viewer: Viewer, workflow_key: str, selection: str
) -> tuple[ActiveWorkflow, WorkflowSpec]:
    get_workflow_head(conn, viewer.workspace_id, workflow_key)
    found = {one.workflow_key: one for one in list_active_workflows(conn, viewer.workspace_id)}
    if workflow_key not in found:
        raise Conflict("The workflow is not active.")
    spec = read_workflow(found[workflow_key].spec)
    if spec.trigger.type != MANUAL:
        raise Conflict("The workflow starts by itself, when a person is created.")
    if spec.trigger.selection != selection:
        raise Conflict(f"The workflow is started for {'many people' if selection == ONE else 'one person'}.")
    return found[workflow_key], spec


def _taking_part(
    conn: Connection, viewer: Viewer, workflow_key: str, ids: Collection[PersonId]
) -> tuple[list[PersonId], dict[str, int]]:
    """Those of these people whom it can be started for, and how many not because."""
    asked = list(dict.fromkeys(ids))
    if not 0 < len(asked) <= MOST:
        raise InvalidInput(f"Choose somebody, and at most {MOST:,} people at once.")
    seen = list_visible(conn, viewer.workspace_id, asked, scope=viewer.scope)
    busy = list_running(conn, viewer.workspace_id, workflow_key, seen)
    people = [one for one in asked if one in seen and one not in busy]
    because = {UNSEEN: len(asked) - len(seen), AT_WORK: len(busy)}
    return people, {why: count for why, count in because.items() if count}


def _new(
    active: ActiveWorkflow, viewer: Viewer, now: datetime, person_id: PersonId | None = None, owner: str | None = None
) -> Run:
    return Run(
        run_id=uuid4(),
        workflow_key=active.workflow_key,
        version=active.version,
        trigger=MANUAL,
        person_id=person_id,
        state=RUNNING,
        started_at=now,
        started_by=viewer.member_id,
        due_at=now,
        lease_owner=owner,
        lease_until=now + LEASE if owner else None,
    )
