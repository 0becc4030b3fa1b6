"""What the steps of a run came to, and where the people of a run for many are.

insert_step(conn, workspace_id, run_id, step)
replace_step(conn, workspace_id, run_id, step_no, changes) -> bool
find_step(conn, workspace_id, run_id, step_no) -> StepRun | None
list_steps(conn, workspace_id, run_id) -> tuple[StepRun, ...]                  in their order
insert_run_people(conn, workspace_id, run_id, ids)
list_run_people(conn, workspace_id, run_id, *, scope=None, limit=1_000) -> tuple[RunPerson, ...]
list_next_people(conn, workspace_id, run_id, step_no, limit) -> tuple[PersonId, ...]     whom a step has not looked at
count_run_people(conn, workspace_id, run_id, *, scope=None) -> Mapping[tuple[str, str | None], int]   state and reason
replace_run_person(conn, workspace_id, run_id, person_id, changes) -> bool
replace_next_people(conn, workspace_id, run_id, step_no)                       none of them is out: on to the next step
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import polars as pl
from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.automation_tables import workflow_run_person, workflow_step_run
from cockpit.storage.frames import bulk_insert, in_workspace
from cockpit.storage.wall import visible_to

WAITS: Final = "WAITS"  # for the next step
STARTED: Final = "STARTED"  # an outreach to them was reserved
SKIPPED: Final = "SKIPPED"  # a guard said no
LEFT_OUT: Final = "LEFT_OUT"  # a condition did not mean them
OUT: Final = (SKIPPED, LEFT_OUT)  # no later step is for them


@dataclass(frozen=True, slots=True)
class StepRun:
    """What became of a step."""

    step_no: int
    step_key: str
    state: str
    started_at: datetime
    attempt_id: UUID | None = None
    result: Mapping[str, Any] | None = None
    error: str | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunPerson:
    """Where somebody is in a run for many."""

    person_id: PersonId
    step_no: int
    state: str
    reason: str | None
    attempt_id: UUID | None


STEPS = tuple(workflow_step_run.c[name] for name in StepRun.__dataclass_fields__)
PEOPLE = tuple(workflow_run_person.c[name] for name in RunPerson.__dataclass_fields__)


def insert_step(conn: Connection, workspace_id: WorkspaceId, run_id: UUID, step: StepRun) -> None:
    """Note that a step was begun; that a run takes a step twice its key forbids."""
    conn.execute(insert(workflow_step_run).values(workspace_id=workspace_id, run_id=run_id, **asdict(step)))


def replace_step(
    conn: Connection, workspace_id: WorkspaceId, run_id: UUID, step_no: int, changes: Mapping[str, Any]
) -> bool:
    """Change what is said of a step; answers whether it was begun."""
    mine = update(workflow_step_run).where(*_step(workspace_id, run_id, step_no))
    return bool(conn.execute(mine.values(**changes)).rowcount)


def find_step(conn: Connection, workspace_id: WorkspaceId, run_id: UUID, step_no: int) -> StepRun | None:
    """One step that was begun, or None."""
    row = conn.execute(select(*STEPS).where(*_step(workspace_id, run_id, step_no))).one_or_none()
    return None if row is None else StepRun(*row)


def list_steps(conn: Connection, workspace_id: WorkspaceId, run_id: UUID) -> tuple[StepRun, ...]:
    """The steps that were begun."""
    mine = (workflow_step_run.c.workspace_id == workspace_id, workflow_step_run.c.run_id == run_id)
    query = select(*STEPS).where(*mine).order_by(workflow_step_run.c.step_no)
    return tuple(StepRun(*row) for row in conn.execute(query))


def insert_run_people(conn: Connection, workspace_id: WorkspaceId, run_id: UUID, ids: Iterable[UUID | str]) -> None:
    """Note whom a run is for."""
    people = pl.DataFrame({"person_id": sorted({str(one) for one in ids})}, schema={"person_id": pl.String})
    first = {"run_id": pl.lit(str(run_id)), "step_no": pl.lit(0, pl.Int32), "state": pl.lit(WAITS)}
    bulk_insert(conn, workflow_run_person, in_workspace(people.with_columns(**first), workspace_id))


def list_run_people(
    conn: Connection, workspace_id: WorkspaceId, run_id: UUID, *, scope: Scope | None = None, limit: int = 1_000
) -> tuple[RunPerson, ...]:
    """The people of a run on this side of the wall."""
    seen = visible_to(scope, workflow_run_person)
    query = select(*PEOPLE).where(*_people(workspace_id, run_id), *seen)
    return tuple(RunPerson(*row) for row in conn.execute(query.order_by(workflow_run_person.c.person_id).limit(limit)))


def list_next_people(
    conn: Connection, workspace_id: WorkspaceId, run_id: UUID, step_no: int, limit: int
) -> tuple[PersonId, ...]:
    """The next whom a step has not looked at; who is out is not among them."""
    query = select(workflow_run_person.c.person_id).where(*_next(workspace_id, run_id, step_no))
    return tuple(conn.execute(query.order_by(workflow_run_person.c.person_id).limit(limit)).scalars())


def count_run_people(
    conn: Connection, workspace_id: WorkspaceId, run_id: UUID, *, scope: Scope | None = None
) -> Mapping[tuple[str, str | None], int]:
    """How many people of a run are in each state, for each reason."""
    kind = (workflow_run_person.c.state, workflow_run_person.c.reason)
    seen = visible_to(scope, workflow_run_person)
    query = select(*kind, func.count().label("many")).where(*_people(workspace_id, run_id), *seen).group_by(*kind)
    return {(row.state, row.reason): int(row.many) for row in conn.execute(query)}


def replace_run_person(
    conn: Connection, workspace_id: WorkspaceId, run_id: UUID, person_id: UUID, changes: Mapping[str, Any]
) -> bool:
    """Change where somebody is; answers whether they are in the run."""
    mine = update(workflow_run_person).where(*_people(workspace_id, run_id))
    return bool(conn.execute(mine.where(workflow_run_person.c.person_id == person_id).values(**changes)).rowcount)


def replace_next_people(conn: Connection, workspace_id: WorkspaceId, run_id: UUID, step_no: int) -> int:
    """Send everybody on from a step that does nothing with them."""
    mine = update(workflow_run_person).where(*_next(workspace_id, run_id, step_no))
    return conn.execute(mine.values(step_no=step_no + 1)).rowcount


def _step(workspace_id: WorkspaceId, run_id: UUID, step_no: int) -> tuple[ColumnElement[bool], ...]:
    mine = (workflow_step_run.c.workspace_id == workspace_id, workflow_step_run.c.run_id == run_id)
    return (*mine, workflow_step_run.c.step_no == step_no)


def _people(workspace_id: WorkspaceId, run_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (workflow_run_person.c.workspace_id == workspace_id, workflow_run_person.c.run_id == run_id)


def _next(workspace_id: WorkspaceId, run_id: UUID, step_no: int) -> tuple[ColumnElement[bool], ...]:
    waits = (workflow_run_person.c.step_no <= step_no, workflow_run_person.c.state.not_in(OUT))
    return (*_people(workspace_id, run_id), *waits)
