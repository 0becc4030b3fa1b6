"""Signals that wait for the rules they concern: written with the signal, taken away with what came of it.

upsert_rule_signals(conn, workspace_id, frame) -> int          frame: columns of `rule_signal` without workspace_id
list_rule_signals(conn, workspace_id, limit) -> tuple[RuleSignal, ...]       oldest first
delete_rule_signal(conn, workspace_id, waiting) -> bool        False: somebody else was faster
count_rule_signals(conn, workspace_id) -> int
list_workspaces_with_rule_signals(conn) -> tuple[WorkspaceId, ...]
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, delete, func, select

from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage.at_once import at_once, upsert
from cockpit.storage.automation_tables import rule_signal
from cockpit.storage.frames import in_workspace


@dataclass(frozen=True, slots=True)
class RuleSignal:
    """One signal that a rule has not looked at yet."""

    rule_key: str
    source: str
    source_event_id: str
    person_id: PersonId
    type: str
    channel: str | None
    occurred_at: datetime


def upsert_rule_signals(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Let signals wait for their rules."""
    if frame.height:
        at_once(conn, workspace_id, upsert(rule_signal, in_workspace(frame, workspace_id)))
    return frame.height


def list_rule_signals(conn: Connection, workspace_id: WorkspaceId, limit: int) -> tuple[RuleSignal, ...]:
    """What has waited longest."""
    columns = [rule_signal.c[name] for name in RuleSignal.__dataclass_fields__]
    order = (rule_signal.c[name] for name in ("occurred_at", "source", "source_event_id", "rule_key"))
    query = select(*columns).where(rule_signal.c.workspace_id == workspace_id).order_by(*order)
    return tuple(RuleSignal(*row) for row in conn.execute(query.limit(limit)))


def delete_rule_signal(conn: Connection, workspace_id: WorkspaceId, waiting: RuleSignal) -> bool:
    """Take one away: of two who try, one does."""
    names = ("rule_key", "source", "source_event_id")
    same = (rule_signal.c[name] == getattr(waiting, name) for name in names)
    return bool(conn.execute(delete(rule_signal).where(rule_signal.c.workspace_id == workspace_id, *same)).rowcount)


def count_rule_signals(conn: Connection, workspace_id: WorkspaceId) -> int:
    """How many wait."""
    query = select(func.count()).select_from(rule_signal).where(rule_signal.c.workspace_id == workspace_id)
    return int(conn.execute(query).scalar_one())


def list_workspaces_with_rule_signals(conn: Connection) -> tuple[WorkspaceId, ...]:
    """Where anything waits."""
    # all workspaces: the worker serves all of them, and in most nothing waits
    query = select(rule_signal.c.workspace_id).distinct().order_by(rule_signal.c.workspace_id)
    return tuple(conn.execute(query).scalars())
