"""Engagements: what the Hub told of each outreach, one row each, folded from any number of updates in any order.

get_engagement_locked(conn, workspace_id, new) -> Engagement      the stored one; `new` where there was none
replace_engagement(conn, workspace_id, engagement, *, now)
find_engagement(conn, workspace_id, engagement_id) -> Engagement | None
list_engagements(conn, workspace_id, person_id, *, limit=50) -> tuple[Engagement, ...]    newest first
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage.engines import engine_of
from cockpit.storage.hub_tables import engagement


@dataclass(frozen=True, slots=True)
class Engagement:
    """A row."""

    engagement_id: str
    told_at: datetime
    person_id: PersonId | None = None
    attempt_id: UUID | None = None
    channel: str | None = None
    direction: str | None = None
    contact: str | None = None
    status: str | None = None
    outcome: str | None = None
    state: str = "unknown"
    result: str | None = None
    summary: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    updates: int = 0
    signals: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)


COLUMNS = tuple(engagement.c[name] for name in Engagement.__dataclass_fields__)


def get_engagement_locked(conn: Connection, workspace_id: WorkspaceId, new: Engagement, *, now: datetime) -> Engagement:
    """The stored engagement; other transactions that ask for it wait. Where there was none, `new` is stored."""
    row = {**asdict(new), "signals": list(new.signals), "workspace_id": workspace_id}
    added = insert(engagement).values(**row, created_at=now, updated_at=now).on_conflict_do_nothing()
    if conn.execute(added.returning(engagement.c.engagement_id)).one_or_none() is not None:
        return new
    query = select(*COLUMNS).where(
        engagement.c.workspace_id == workspace_id, engagement.c.engagement_id == new.engagement_id
    )
    return _engagement(conn.execute(engine_of(conn).locked(query)).one())


def replace_engagement(conn: Connection, workspace_id: WorkspaceId, changed: Engagement, *, now: datetime) -> None:
    """Store an engagement as it is now."""
    mine = update(engagement).where(
        engagement.c.workspace_id == workspace_id, engagement.c.engagement_id == changed.engagement_id
    )
    conn.execute(mine.values(**{**asdict(changed), "signals": list(changed.signals)}, updated_at=now))


def find_engagement(conn: Connection, workspace_id: WorkspaceId, engagement_id: str) -> Engagement | None:
    """An engagement, or None."""
    query = select(*COLUMNS).where(engagement.c.workspace_id == workspace_id)
    row = conn.execute(query.where(engagement.c.engagement_id == engagement_id)).one_or_none()
    return None if row is None else _engagement(row)


def list_engagements(
    conn: Connection, workspace_id: WorkspaceId, person_id: PersonId, *, limit: int = 50
) -> tuple[Engagement, ...]:
    """The engagements of a person, the one told of last first."""
    query = select(*COLUMNS).where(engagement.c.workspace_id == workspace_id, engagement.c.person_id == person_id)
    rows = conn.execute(query.order_by(engagement.c.told_at.desc(), engagement.c.engagement_id).limit(limit))
    return tuple(_engagement(row) for row in rows)


def _engagement(row: Any) -> Engagement:
    return Engagement(**{**row._mapping, "signals": tuple(row.signals)})
