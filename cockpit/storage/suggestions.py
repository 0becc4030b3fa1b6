"""Suggested actions. Frames have the columns of `suggested_action` without workspace_id.

upsert_suggestions(conn, workspace_id, frame) -> int
list_suggestions(conn, workspace_id, ids, *, scope=None) -> frame    every card of these people, in any state
get_suggestion(conn, workspace_id, action_id, *, scope=None) -> Suggestion     raises NotFound
list_woken(conn, workspace_id, now, *, limit=None) -> pl.Series  people whose snooze or card has run out
replace_state(conn, workspace_id, action_id, *, state, changed_at, changed_by, snoozed_until=None,
              dismiss_reason=None, suppressed_until=None, rank_key=None)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import polars as pl
from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from cockpit.errors import NotFound
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.frames import bulk_upsert, in_workspace, own_columns, read_frame, read_rows_of
from cockpit.storage.schema import suggested_action
from cockpit.storage.wall import visible_to


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One card."""

    action_id: UUID
    person_id: PersonId
    action_type: str
    state: str
    rank_key: float | None
    urgency: float
    effect: float
    effort: float
    channel: str | None
    evidence_type: str | None
    evidence_at: datetime | None
    situation: int | None
    created_at: datetime
    expires_at: datetime
    snoozed_until: datetime | None
    dismiss_reason: str | None
    suppressed_until: datetime | None
    previous_state: str | None
    changed_at: datetime
    changed_by: UUID | None


def upsert_suggestions(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Store cards."""
    return bulk_upsert(conn, suggested_action, in_workspace(frame, workspace_id))


def list_suggestions(
    conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str], *, scope: Scope | None = None
) -> pl.DataFrame:
    """Every card of these people, in any state."""
    return read_rows_of(conn, suggested_action, workspace_id, ids, *visible_to(scope, suggested_action))


def get_suggestion(
    conn: Connection, workspace_id: WorkspaceId, action_id: UUID, *, scope: Scope | None = None
) -> Suggestion:
    """One card.

    Raises:
        NotFound: There is none with this id in this workspace.
    """
    query = select(*own_columns(suggested_action)).where(
        suggested_action.c.workspace_id == workspace_id,
        suggested_action.c.action_id == action_id,
        *visible_to(scope, suggested_action),
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such suggested action.")
    return Suggestion(**row._mapping)


def list_woken(conn: Connection, workspace_id: WorkspaceId, now: datetime, *, limit: int | None = None) -> pl.Series:
    """The people with a card whose snooze is over or whose situation has passed by itself."""
    table = suggested_action
    query = select(table.c.person_id).where(table.c.workspace_id == workspace_id, has_woken(now)).distinct()
    return read_frame(conn, query.order_by(table.c.person_id).limit(limit))["person_id"]


def has_woken(now: datetime) -> ColumnElement[bool]:
    """The condition on a card whose snooze is over or whose situation has passed by itself."""
    table = suggested_action
    return or_(
        and_(table.c.state == "SNOOZED", table.c.snoozed_until <= now),
        and_(table.c.state == "OPEN", table.c.expires_at <= now),
    )


def replace_state(
    conn: Connection,
    workspace_id: WorkspaceId,
    action_id: UUID,
    *,
    state: str,
    changed_at: datetime,
    changed_by: UUID | None = None,
    rank_key: float | None = None,
    snoozed_until: datetime | None = None,
    dismiss_reason: str | None = None,
    suppressed_until: datetime | None = None,
) -> None:
    """Move a card to another state and remember the one before, for undo."""
    table = suggested_action
    conn.execute(
        update(table)
        .where(table.c.workspace_id == workspace_id, table.c.action_id == action_id)
        .values(
            previous_state=table.c.state,
            state=state,
            rank_key=rank_key,
            snoozed_until=snoozed_until,
            dismiss_reason=dismiss_reason,
            suppressed_until=suppressed_until,
            changed_at=changed_at,
            changed_by=changed_by,
        )
    )
