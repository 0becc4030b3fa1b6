"""Whoever does not want to be contacted any more: what waits to go to them is cancelled in the same transaction."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from cockpit.model.ids import WorkspaceId
from cockpit.storage.attempts import replace_refused
from cockpit.storage.database import Connection


def opted_out(people: pl.DataFrame) -> pl.Series:
    """Who of the people in conversations does."""
    return people["person_id"].filter(people["opted_out_at"].is_not_null())


def cancel_refused(conn: Connection, workspace_id: WorkspaceId, ids: pl.Series, now: datetime) -> None:
    """Cancel the executions that wait for these people; what a worker has begun is stopped by its own last look."""
    if ids.len():
        replace_refused(conn, workspace_id, ids, now=now)
