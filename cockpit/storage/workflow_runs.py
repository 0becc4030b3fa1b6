"""Runs of workflows: for one person, or for many, who are in a table of their own.

insert_run(conn, workspace_id, run)
insert_missing_runs(conn, workspace_id, frame) -> int                  frame: columns of `workflow_run`; known ids stay
get_workflow_run(conn, workspace_id, run_id, *, scope=None) -> Run              raises NotFound
find_run_locked(conn, workspace_id, run_id) -> Run | None              nobody changes it until the transaction ends
list_workflow_runs(conn, workspace_id, *, workflow_key=None, states=(), scope=None, limit=50) -> tuple[Run, ...]
count_runs(conn, workspace_id, workflow_key, *, scope=None) -> Mapping[str, int]                           by state
list_running(conn, workspace_id, workflow_key, ids) -> frozenset[UUID]     those of these people it is at work on
count_starts(conn, workspace_id, run, *, since) -> int                 for its person, or one with the same address
replace_run(conn, workspace_id, run_id, states, changes, *, owner=None) -> bool     False: it is in no such state
replace_unfinished(conn, workspace_id, workflow_key, changes) -> int
replace_run_leases(conn, workspace_id, lease, *, now, limit) -> tuple[UUID, ...]      taken; no two get the same
list_workspaces_with_due_runs(conn, now) -> tuple[WorkspaceId, ...]
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import polars as pl
from sqlalchemy import ColumnElement, Connection, and_, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from cockpit.errors import NotFound
from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.automation_tables import workflow_run, workflow_run_person
from cockpit.storage.engines import engine_of
from cockpit.storage.frames import chosen, in_workspace, staged
from cockpit.storage.outbox import Lease
from cockpit.storage.schema import person
from cockpit.storage.wall import visible_to

RUNNING: Final = "RUNNING"  # a worker takes its next step
WAITING: Final = "WAITING"  # until its delay is over
ASKING: Final = "ASKING"  # for somebody to fill in a form
DONE: Final = "DONE"
ENDED: Final = "ENDED"  # a condition was not met
BLOCKED: Final = "BLOCKED"  # a guard said no
CANCELLED: Final = "CANCELLED"
FAILED: Final = "FAILED"
UNFINISHED: Final = (RUNNING, WAITING, ASKING)


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as it is stored."""

    run_id: UUID
    workflow_key: str
    version: int
    trigger: str
    person_id: PersonId | None  # None: for many
    state: str
    started_at: datetime
    started_by: MemberId | None = None
    context: Mapping[str, Any] = field(default_factory=dict)  # what forms were filled in with, by step
    step_no: int = 0
    due_at: datetime | None = None  # when a worker takes it next; None: nobody shall
    lease_owner: str | None = None
    lease_until: datetime | None = None
    error: str | None = None  # why it ended before its end
    finished_at: datetime | None = None
    caused_by: UUID | None = None
    depth: int = 0


COLUMNS = tuple(workflow_run.c[name] for name in Run.__dataclass_fields__)


def insert_run(conn: Connection, workspace_id: WorkspaceId, new: Run) -> None:
    """Add a run."""
    conn.execute(insert(workflow_run).values(workspace_id=workspace_id, **asdict(new)))


def insert_missing_runs(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Add the runs whose id is new."""
    if frame.is_empty():
        return 0
    with staged(conn, workflow_run, in_workspace(frame, workspace_id).sort("run_id")) as given:
        new = upsert(workflow_run).from_select(given.c.keys(), select(given))
        added = new.on_conflict_do_nothing(index_elements=["workspace_id", "run_id"])
        return len(conn.execute(added.returning(workflow_run.c.run_id)).all())


def get_workflow_run(conn: Connection, workspace_id: WorkspaceId, run_id: UUID, *, scope: Scope | None = None) -> Run:
    """One run.

    Raises:
        NotFound: There is none, or it is for nobody on this side of the wall.
    """
    query = select(*COLUMNS).where(workflow_run.c.workspace_id == workspace_id, workflow_run.c.run_id == run_id)
    row = conn.execute(query.where(*_seen(scope))).one_or_none()
    if row is None:
        raise NotFound("There is no such run.")
    return Run(*row)


def find_run_locked(conn: Connection, workspace_id: WorkspaceId, run_id: UUID) -> Run | None:
    """One run that nobody else changes meanwhile, or None."""
    query = select(*COLUMNS).where(workflow_run.c.workspace_id == workspace_id, workflow_run.c.run_id == run_id)
    row = conn.execute(engine_of(conn).locked(query)).one_or_none()
    return None if row is None else Run(*row)


def list_workflow_runs(
    conn: Connection,
    workspace_id: WorkspaceId,
    *,
    workflow_key: str | None = None,
    states: Collection[str] = (),
    scope: Scope | None = None,
    limit: int = 50,
) -> tuple[Run, ...]:
    """The newest runs."""
    query = select(*COLUMNS).where(workflow_run.c.workspace_id == workspace_id, *_seen(scope))
    if workflow_key is not None:
        query = query.where(workflow_run.c.workflow_key == workflow_key)
    if states:
        query = query.where(workflow_run.c.state.in_(states))
    ordered = query.order_by(workflow_run.c.started_at.desc(), workflow_run.c.run_id).limit(limit)
    return tuple(Run(*row) for row in conn.execute(ordered))


def count_runs(
    conn: Connection, workspace_id: WorkspaceId, workflow_key: str, *, scope: Scope | None = None
) -> Mapping[str, int]:
    """How many runs of a workflow there are in each state."""
    mine = (workflow_run.c.workspace_id == workspace_id, workflow_run.c.workflow_key == workflow_key)
    query = select(workflow_run.c.state, func.count()).where(*mine, *_seen(scope)).group_by(workflow_run.c.state)
    return {state: int(count) for state, count in conn.execute(query.order_by(workflow_run.c.state))}


def list_running(
    conn: Connection, workspace_id: WorkspaceId, workflow_key: str, ids: Iterable[UUID | str]
) -> frozenset[UUID]:
    """Those of these people for whom a run of the workflow has not ended."""
    going = (
        workflow_run.c.workspace_id == workspace_id,
        workflow_run.c.workflow_key == workflow_key,
        workflow_run.c.state.in_(UNFINISHED),
    )
    many = workflow_run.join(workflow_run_person, _of_run())
    with chosen(conn, ids) as asked:
        alone = select(workflow_run.c.person_id).join(asked, asked.c.person_id == workflow_run.c.person_id)
        among = select(workflow_run_person.c.person_id).select_from(many)
        among = among.join(asked, asked.c.person_id == workflow_run_person.c.person_id)
        found = [conn.execute(query.where(*going)).scalars().all() for query in (alone, among)]
    return frozenset(one for rows in found for one in rows)


def count_starts(conn: Connection, workspace_id: WorkspaceId, run: Run, *, since: datetime) -> int:
    """How often its workflow was started for its person since an instant, before it: by id, phone and e-mail."""
    other = person.alias("other")
    here = (person.c.workspace_id == workspace_id, person.c.person_id == run.person_id)
    address = or_(other.c.phone == person.c.phone, other.c.email == person.c.email)
    alike = select(other.c.person_id).select_from(person.join(other, other.c.workspace_id == person.c.workspace_id))
    same = or_(workflow_run.c.person_id == run.person_id, workflow_run.c.person_id.in_(alike.where(*here, address)))
    mine = (workflow_run.c.workspace_id == workspace_id, workflow_run.c.workflow_key == run.workflow_key)
    before = and_(workflow_run.c.started_at >= since, workflow_run.c.started_at <= run.started_at)
    query = select(func.count()).select_from(workflow_run).where(*mine, before, same)
    return int(conn.execute(query.where(workflow_run.c.run_id != run.run_id)).scalar_one())


def replace_run(
    conn: Connection,
    workspace_id: WorkspaceId,
    run_id: UUID,
    states: Collection[str],
    changes: Mapping[str, Any],
    *,
    owner: str | None = None,
) -> bool:
    """Change a run if it is in one of these states, and under this lease where one is named."""
    mine = update(workflow_run).where(workflow_run.c.workspace_id == workspace_id, workflow_run.c.run_id == run_id)
    mine = mine if owner is None else mine.where(workflow_run.c.lease_owner == owner)
    return bool(conn.execute(mine.where(workflow_run.c.state.in_(states)).values(**changes)).rowcount)


def replace_unfinished(
    conn: Connection, workspace_id: WorkspaceId, workflow_key: str, changes: Mapping[str, Any]
) -> int:
    """Change the runs of a workflow that have not ended; answers how many."""
    mine = update(workflow_run).where(
        workflow_run.c.workspace_id == workspace_id,
        workflow_run.c.workflow_key == workflow_key,
        workflow_run.c.state.in_(UNFINISHED),
    )
    return conn.execute(mine.values(**changes)).rowcount


def replace_run_leases(
    conn: Connection, workspace_id: WorkspaceId, lease: Lease, *, now: datetime, limit: int
) -> tuple[UUID, ...]:
    """Take the runs that have been due longest; what another worker is taking at this moment is passed over."""
    due = select(workflow_run.c.run_id).where(workflow_run.c.workspace_id == workspace_id, _due(now))
    oldest = due.order_by(workflow_run.c.due_at, workflow_run.c.run_id).limit(limit)
    ids = tuple(conn.execute(engine_of(conn).locked(oldest, skip=True)).scalars())
    if ids:
        mine = update(workflow_run).where(workflow_run.c.workspace_id == workspace_id, workflow_run.c.run_id.in_(ids))
        conn.execute(mine.values(lease_owner=lease.owner, lease_until=lease.until))
    return ids


def list_workspaces_with_due_runs(conn: Connection, now: datetime) -> tuple[WorkspaceId, ...]:
    """Where a run waits for a worker."""
    # all workspaces: a worker serves all of them, and most have nothing to do
    query = select(workflow_run.c.workspace_id).distinct().where(_due(now))
    return tuple(conn.execute(query.order_by(workflow_run.c.workspace_id)).scalars())


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(workflow_run.c.lease_until.is_(None), workflow_run.c.lease_until <= now)
    return and_(workflow_run.c.due_at <= now, free)


def _of_run() -> ColumnElement[bool]:
    return and_(
        workflow_run_person.c.workspace_id == workflow_run.c.workspace_id,
        workflow_run_person.c.run_id == workflow_run.c.run_id,
    )


def _seen(scope: Scope | None) -> tuple[ColumnElement[bool], ...]:
    """A run is seen by whoever sees its person, or one of them."""
    if scope is None:
        return ()
    among = select(literal(1)).select_from(workflow_run_person).where(_of_run())
    theirs = among.where(*visible_to(scope, workflow_run_person)).correlate(workflow_run).exists()
    return (or_(*visible_to(scope, workflow_run), theirs),)
