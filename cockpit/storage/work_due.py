"""Which workspaces have something for the worker to do: one question, however many workspaces there are.

list_workspaces_with_work(conn, now)                     scores due, people to restate, cards to wake, parked signals
list_workspaces_with_old_answers(conn, before)           answers to idempotency keys that may be forgotten
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, exists, or_, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.access_tables import idempotent_request
from cockpit.storage.schema import pending_restate, score, suggested_action, unmatched_signal, workspace
from cockpit.storage.suggestions import has_woken


def list_workspaces_with_work(conn: Connection, now: datetime) -> tuple[WorkspaceId, ...]:
    """The workspaces in which standings are not what they should be by now, or signals speak of nobody."""
    # all workspaces: the worker serves all of them, and in most nothing is due
    work = (
        _some(pending_restate),
        _some(score, score.c.due_at <= now),
        _some(suggested_action, has_woken(now)),
        _some(unmatched_signal),
    )
    query = select(workspace.c.workspace_id).where(or_(*work)).order_by(workspace.c.workspace_id)
    return tuple(conn.execute(query).scalars())


def list_workspaces_with_old_answers(conn: Connection, before: datetime) -> tuple[WorkspaceId, ...]:
    """The workspaces with answers from before that instant."""
    # all workspaces: the worker serves all of them, and in most nothing is due
    query = select(idempotent_request.c.workspace_id).where(idempotent_request.c.created_at < before).distinct()
    return tuple(conn.execute(query.order_by(idempotent_request.c.workspace_id)).scalars())


def _some(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the workspace has such a row; asked of each by index, where there is one."""
    return exists().where(table.c.workspace_id == workspace.c.workspace_id, *conditions)
