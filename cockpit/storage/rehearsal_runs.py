"""Rehearsals that were asked for on a screen, as a worker takes them up and as the screen follows them.

insert_run(conn, workspace_id, run)
find_run(conn, workspace_id, run_id) -> Run | None
list_runs(conn, workspace_id, rule_key, *, limit=10) -> tuple[Run, ...]           newest first
find_due_run(conn, workspace_id, now) -> Run | None                   waits, or was left by a worker that is gone
replace_run(conn, workspace_id, run_id, expect, changes) -> bool      False: it is not as expected
delete_old_runs(conn, workspace_id, rule_key, *, keep) -> int
list_workspaces_with_runs(conn) -> tuple[WorkspaceId, ...]            where anything is open
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, and_, delete, insert, or_, select, update

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage.rehearsal_tables import rehearsal_run

WAITING: Final = "waiting"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
OPEN: Final = (WAITING, RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One rehearsal."""

    run_id: UUID
    rule_key: str
    what: str
    spec: Mapping[str, Any]
    against: str | None = None
    against_spec: Mapping[str, Any] | None = None
    days: int
    state: str = WAITING
    done: int = 0
    total: int = 0
    tries: int = 0
    asked_by: MemberId | None = None
    asked_at: datetime
    lease_owner: str | None = None
    lease_until: datetime | None = None
    finished_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RunIs:
    """How a run must be for it to be changed."""

    states: Collection[str]
    owner: str | None = None
    lease_until: datetime | None = None


COLUMNS = tuple(rehearsal_run.c[name] for name in Run.__dataclass_fields__)


def insert_run(conn: Connection, workspace_id: WorkspaceId, run: Run) -> None:
    """Add a run."""
    conn.execute(insert(rehearsal_run).values(workspace_id=workspace_id, **asdict(run)))


def find_run(conn: Connection, workspace_id: WorkspaceId, run_id: UUID) -> Run | None:
    """One run, or None."""
    row = conn.execute(_runs(workspace_id).where(rehearsal_run.c.run_id == run_id)).one_or_none()
    return None if row is None else Run(**row._mapping)


def list_runs(conn: Connection, workspace_id: WorkspaceId, rule_key: str, *, limit: int = 10) -> tuple[Run, ...]:
    """The newest runs of a rule."""
    query = _runs(workspace_id).where(rehearsal_run.c.rule_key == rule_key)
    ordered = query.order_by(rehearsal_run.c.asked_at.desc(), rehearsal_run.c.run_id).limit(limit)
    return tuple(Run(**row._mapping) for row in conn.execute(ordered))


def find_due_run(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> Run | None:
    """What has waited longest."""
    left = and_(rehearsal_run.c.state == RUNNING, rehearsal_run.c.lease_until < now)
    query = _runs(workspace_id).where(or_(rehearsal_run.c.state == WAITING, left))
    row = conn.execute(query.order_by(rehearsal_run.c.asked_at, rehearsal_run.c.run_id).limit(1)).first()
    return None if row is None else Run(**row._mapping)


def replace_run(
    conn: Connection, workspace_id: WorkspaceId, run_id: UUID, expect: RunIs, changes: Mapping[str, Any]
) -> bool:
    """Change a run if it is as expected."""
    mine = update(rehearsal_run).where(
        rehearsal_run.c.workspace_id == workspace_id,
        rehearsal_run.c.run_id == run_id,
        rehearsal_run.c.state.in_(expect.states),
    )
    if expect.owner is not None:
        mine = mine.where(rehearsal_run.c.lease_owner == expect.owner)
    if expect.lease_until is not None:
        mine = mine.where(rehearsal_run.c.lease_until == expect.lease_until)
    return bool(conn.execute(mine.values(**changes)).rowcount)


def delete_old_runs(conn: Connection, workspace_id: WorkspaceId, rule_key: str, *, keep: int) -> int:
    """Forget all runs of a rule but the newest and those at work."""
    kept = [run.run_id for run in list_runs(conn, workspace_id, rule_key, limit=keep)]
    old = delete(rehearsal_run).where(
        rehearsal_run.c.workspace_id == workspace_id,
        rehearsal_run.c.rule_key == rule_key,
        rehearsal_run.c.state.not_in(OPEN),
        rehearsal_run.c.run_id.not_in(kept),
    )
    return conn.execute(old).rowcount


def list_workspaces_with_runs(conn: Connection) -> tuple[WorkspaceId, ...]:
    """Where anything is open."""
    # all workspaces: the worker serves all of them, and in most nothing is
    query = select(rehearsal_run.c.workspace_id).where(rehearsal_run.c.state.in_(OPEN)).distinct()
    return tuple(conn.execute(query.order_by(rehearsal_run.c.workspace_id)).scalars())


def _runs(workspace_id: WorkspaceId) -> Select[Any]:
    return select(*COLUMNS).where(rehearsal_run.c.workspace_id == workspace_id)
