"""What a rule did, counted: executions by state, outcome and reason, and people with the first time it meant them.

count_executions(conn, workspace_id, rule_key, *, since, scope=None) -> tuple[Counted, ...]
list_meant(conn, workspace_id, rule_key, *, scope=None) -> frame            person_id, first_at, sent_at
list_left_alone(conn, workspace_id, rule_key, *, scope=None) -> frame       person_id, first_at
list_answers(conn, workspace_id, ids, types, *, since) -> frame             person_id, type, occurred_at
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, and_, func, not_, select

from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.attempts import BLOCKED
from cockpit.storage.automation_tables import attempt, holdout
from cockpit.storage.frames import chosen, read_frame
from cockpit.storage.schema import signal
from cockpit.storage.wall import visible_to


@dataclass(frozen=True, slots=True)
class Counted:
    """How many executions of a rule ended alike."""

    state: str
    outcome: str | None
    reason: str | None
    count: int


def count_executions(
    conn: Connection, workspace_id: WorkspaceId, rule_key: str, *, since: datetime, scope: Scope | None = None
) -> tuple[Counted, ...]:
    """Executions that the rule began since an instant, the most frequent first."""
    kinds = (attempt.c.state, attempt.c.outcome, attempt.c.reason)
    query = select(*kinds, func.count().label("found")).where(
        attempt.c.workspace_id == workspace_id,
        attempt.c.origin == "rule",
        attempt.c.rule_key == rule_key,
        attempt.c.created_at >= since,
        *visible_to(scope, attempt),
    )
    rows = conn.execute(query.group_by(*kinds).order_by(func.count().desc(), *kinds))
    return tuple(Counted(row.state, row.outcome, row.reason, int(row.found)) for row in rows)


def list_meant(
    conn: Connection, workspace_id: WorkspaceId, rule_key: str, *, scope: Scope | None = None
) -> pl.DataFrame:
    """Whom the rule set out to reach: since when, and when something first left; who was blocked at once is not."""
    at_once = and_(attempt.c.state == BLOCKED, attempt.c.finished_at == attempt.c.created_at)
    firsts = (func.min(attempt.c.created_at).label("first_at"), func.min(attempt.c.sent_at).label("sent_at"))
    query = select(attempt.c.person_id, *firsts).where(
        attempt.c.workspace_id == workspace_id,
        attempt.c.origin == "rule",
        attempt.c.rule_key == rule_key,
        not_(at_once),
        *visible_to(scope, attempt),
    )
    return read_frame(conn, query.group_by(attempt.c.person_id))


def list_left_alone(
    conn: Connection, workspace_id: WorkspaceId, rule_key: str, *, scope: Scope | None = None
) -> pl.DataFrame:
    """Whom the rule would have reached and left alone, and since when."""
    query = select(holdout.c.person_id, holdout.c.held_at.label("first_at")).where(
        holdout.c.workspace_id == workspace_id, holdout.c.rule_key == rule_key, *visible_to(scope, holdout)
    )
    return read_frame(conn, query)


def list_answers(
    conn: Connection, workspace_id: WorkspaceId, ids: Collection[str], types: Collection[str], *, since: datetime
) -> pl.DataFrame:
    """What these people did since an instant, of these types."""
    columns = (signal.c.person_id, signal.c.type, signal.c.occurred_at)
    with chosen(conn, ids) as wanted:
        query = select(*columns).join(wanted, wanted.c.person_id == signal.c.person_id)
        mine = query.where(signal.c.workspace_id == workspace_id, signal.c.type.in_(types))
        return read_frame(conn, mine.where(signal.c.occurred_at >= since))
