"""Scores and the panel keys. Frames have the columns of `score` without workspace_id.

upsert_scores(conn, workspace_id, frame) -> int
list_scores(conn, workspace_id, ids) -> frame
replace_owners(conn, workspace_id, frame)                       frame: person_id, owner_id
list_due(conn, workspace_id, now, *, limit=None) -> frame       rows to compute again, longest due first
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, select, update

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import bulk_upsert, in_workspace, own_columns, read_frame, read_rows_of, staged
from cockpit.storage.schema import score


def upsert_scores(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Store the scores of the people in the frame."""
    return bulk_upsert(conn, score, in_workspace(frame, workspace_id))


def replace_owners(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> None:
    """Give scores the owner their people have now; in the transaction that changes those, for panels ask by it."""
    with staged(conn, score, frame.select("person_id", "owner_id")) as given:
        mine = (score.c.workspace_id == workspace_id, score.c.person_id == given.c.person_id)
        conn.execute(update(score).where(*mine).values(owner_id=given.c.owner_id))


def list_scores(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> pl.DataFrame:
    """The stored scores of these people."""
    return read_rows_of(conn, score, workspace_id, ids)


def list_due(conn: Connection, workspace_id: WorkspaceId, now: datetime, *, limit: int | None = None) -> pl.DataFrame:
    """The scores that must be computed again, longest due first."""
    query = select(*own_columns(score)).where(score.c.workspace_id == workspace_id, score.c.due_at <= now)
    return read_frame(conn, query.order_by(score.c.due_at, score.c.person_id).limit(limit))
