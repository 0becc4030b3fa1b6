"""Scores and the panel keys. Frames have the columns of `score` without workspace_id.

upsert_scores(conn, workspace_id, frame) -> int
list_scores(conn, workspace_id, ids) -> frame
list_top(conn, workspace_id, key, *, limit, margin=0.0, owner_id=None, at_most=None) -> frame
    key: "priority_key", "hot_key", ...; every row that can be among the first `limit` when keys differ by
    `margin` at most from the stored ones, best first
list_due(conn, workspace_id, now, *, limit=None) -> frame       rows to compute again, longest due first
count_due(conn, workspace_id, now) -> int
count_bands(conn, workspace_id) -> dict[str, int]
list_crossings(conn, workspace_id, *, until, limit) -> frame     people about to change band, next first
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Select, func, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import bulk_upsert, in_workspace, own_columns, read_frame, read_rows_of
from cockpit.storage.schema import score


def upsert_scores(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Store the scores of the people in the frame."""
    return bulk_upsert(conn, score, in_workspace(frame, workspace_id))


def list_scores(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> pl.DataFrame:
    """The stored scores of these people."""
    return read_rows_of(conn, score, workspace_id, ids)


def list_top(
    conn: Connection,
    workspace_id: WorkspaceId,
    key: str,
    *,
    limit: int,
    margin: float = 0.0,
    owner_id: UUID | None = None,
    at_most: int | None = None,
) -> pl.DataFrame:
    """The candidates for the first `limit` places of a panel, from the top of its index."""
    column = score.c[key]
    on_panel = [score.c.workspace_id == workspace_id, column.is_not(None)]
    if owner_id is not None:
        on_panel.append(score.c.owner_id == owner_id)
    last = select(column).where(*on_panel).order_by(column.desc()).offset(limit - 1).limit(1)
    floor = conn.execute(last).scalar_one_or_none()
    query: Select[tuple[object, ...]] = select(*own_columns(score)).where(*on_panel).order_by(column.desc())
    if floor is not None:
        # A row may have risen by the margin while the last of the first `limit` fell by it.
        query = query.where(column >= floor - 2 * margin)
    return read_frame(conn, query if at_most is None else query.limit(at_most))


def list_due(conn: Connection, workspace_id: WorkspaceId, now: datetime, *, limit: int | None = None) -> pl.DataFrame:
    """The scores that must be computed again, longest due first."""
    query = select(*own_columns(score)).where(score.c.workspace_id == workspace_id, score.c.due_at <= now)
    return read_frame(conn, query.order_by(score.c.due_at, score.c.person_id).limit(limit))


def count_due(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> int:
    """How many scores must be computed again."""
    query = select(func.count()).select_from(score).where(score.c.workspace_id == workspace_id, score.c.due_at <= now)
    return int(conn.execute(query).scalar_one())


def count_bands(conn: Connection, workspace_id: WorkspaceId) -> dict[str, int]:
    """How many people are in each band."""
    query = select(score.c.band, func.count()).where(score.c.workspace_id == workspace_id).group_by(score.c.band)
    return {str(band): int(people) for band, people in conn.execute(query)}


def list_crossings(conn: Connection, workspace_id: WorkspaceId, *, until: datetime, limit: int) -> pl.DataFrame:
    """The people who change band by decay alone before an instant, next first."""
    query = select(*own_columns(score)).where(score.c.workspace_id == workspace_id, score.c.crosses_at <= until)
    return read_frame(conn, query.order_by(score.c.crosses_at, score.c.person_id).limit(limit))
