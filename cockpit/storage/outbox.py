"""The outbox: which attempts are due, and who has them under lease.

list_due_workspaces(conn, now) -> tuple[WorkspaceId, ...]
replace_leases(conn, workspace_id, lease, *, now, limit) -> tuple[UUID, ...]     taken; no two workers get the same
replace_lease_given_back(conn, workspace_id, owner)                              of those not begun
list_expired(conn, workspace_id, now) -> tuple[Attempt, ...]                     being sent, and the lease has run out
count_due(conn, workspace_id, now) -> int
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from cockpit.model.ids import WorkspaceId
from cockpit.storage.attempts import RESERVED, SENDING, UNKNOWN, Attempt
from cockpit.storage.automation_tables import attempt
from cockpit.storage.engines import engine_of
from cockpit.storage.frames import own_columns


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works on attempts, and until when nobody else does."""

    owner: str
    until: datetime


def list_due_workspaces(conn: Connection, now: datetime) -> tuple[WorkspaceId, ...]:
    """The workspaces in which something is due or was left by a worker."""
    # all workspaces: a worker serves all of them, and most have nothing to do
    query = select(attempt.c.workspace_id).distinct().where(or_(_due(now), _expired(now)))
    return tuple(conn.execute(query.order_by(attempt.c.workspace_id)).scalars())


def replace_leases(
    conn: Connection, workspace_id: WorkspaceId, lease: Lease, *, now: datetime, limit: int
) -> tuple[UUID, ...]:
    """Take the attempts that have been due longest; what another worker is taking at this moment is passed over."""
    due = select(attempt.c.attempt_id).where(attempt.c.workspace_id == workspace_id, _due(now))
    oldest = due.order_by(attempt.c.execute_after, attempt.c.attempt_id).limit(limit)
    ids = tuple(conn.execute(engine_of(conn).locked(oldest, skip=True)).scalars())
    if ids:
        mine = update(attempt).where(attempt.c.workspace_id == workspace_id, attempt.c.attempt_id.in_(ids))
        conn.execute(mine.values(lease_owner=lease.owner, lease_until=lease.until))
    return ids


def replace_lease_given_back(conn: Connection, workspace_id: WorkspaceId, owner: str) -> int:
    """Let others have what a worker took and did not begin."""
    mine = update(attempt).where(attempt.c.workspace_id == workspace_id, attempt.c.lease_owner == owner)
    waiting = mine.where(attempt.c.state.in_((RESERVED, UNKNOWN)))
    return conn.execute(waiting.values(lease_owner=None, lease_until=None)).rowcount


def list_expired(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> tuple[Attempt, ...]:
    """Attempts whose worker said nothing until its lease ran out: killed, stopped or cut off."""
    query = select(*own_columns(attempt)).where(attempt.c.workspace_id == workspace_id, _expired(now))
    rows = conn.execute(query.order_by(attempt.c.lease_until, attempt.c.attempt_id).limit(1_000))
    return tuple(Attempt(**row._mapping) for row in rows)


def count_due(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> int:
    """How many attempts are due and wait for a worker."""
    query = select(func.count()).select_from(attempt).where(attempt.c.workspace_id == workspace_id, _due(now))
    return int(conn.execute(query).scalar_one())


def _due(now: datetime) -> ColumnElement[Any]:
    free = or_(attempt.c.lease_until.is_(None), attempt.c.lease_until <= now)
    return and_(attempt.c.execute_after <= now, attempt.c.state.in_((RESERVED, UNKNOWN)), free)


def _expired(now: datetime) -> ColumnElement[Any]:
    return and_(attempt.c.state == SENDING, attempt.c.lease_until <= now)
