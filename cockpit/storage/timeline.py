"""One person's signals as a story, newest first.

list_timeline(conn, workspace_id, person_id, *, limit=50, before=None, as_of=None, scope=None) -> tuple[Entry, ...]
    before: (occurred_at, source, source_event_id) of the last entry shown, for the next page
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, tuple_

from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.schema import signal
from cockpit.storage.wall import visible_to


@dataclass(frozen=True, slots=True)
class Entry:
    """One signal of a person."""

    occurred_at: datetime
    received_at: datetime
    type: str
    source: str
    source_event_id: str
    channel: str | None
    direction: str | None
    value: float | None
    scheduled_for: datetime | None
    payload: Mapping[str, Any] | None


COLUMNS = tuple(signal.c[name] for name in Entry.__dataclass_fields__)
ORDER = (signal.c.occurred_at, signal.c.source, signal.c.source_event_id)


def list_timeline(
    conn: Connection,
    workspace_id: WorkspaceId,
    person_id: UUID,
    *,
    limit: int = 50,
    before: tuple[datetime, str, str] | None = None,
    as_of: datetime | None = None,
    scope: Scope | None = None,
) -> tuple[Entry, ...]:
    """A page of a person's signals, newest first."""
    query = select(*COLUMNS).where(signal.c.workspace_id == workspace_id, signal.c.person_id == person_id)
    query = query.where(*visible_to(scope, signal))
    if before is not None:
        query = query.where(tuple_(*ORDER) < tuple_(*before))
    if as_of is not None:
        query = query.where(signal.c.occurred_at < as_of)
    rows = conn.execute(query.order_by(*(column.desc() for column in ORDER)).limit(limit))
    return tuple(Entry(**row._mapping) for row in rows)
