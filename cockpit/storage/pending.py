"""People whose scores wait to be restated after an import; empty when the cockpit is up to date.

upsert_pending(conn, workspace_id, ids)
list_pending(conn, workspace_id, limit) -> pl.Series          in order of person_id
list_pending_among(conn, workspace_id, ids) -> pl.Series      those of these people who wait
insert_everybody(conn, workspace_id)                          all people of the workspace
count_pending(conn, workspace_id) -> int
delete_pending(conn, workspace_id, ids)                       in the transaction that restated them
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import bulk_upsert, chosen, in_workspace, read_frame
from cockpit.storage.schema import pending_restate, person


def upsert_pending(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> None:
    """Note that these people must be restated."""
    unique = pl.DataFrame({"person_id": sorted({str(one) for one in ids})}, schema={"person_id": pl.String})
    bulk_upsert(conn, pending_restate, in_workspace(unique, workspace_id))


def list_pending(conn: Connection, workspace_id: WorkspaceId, limit: int) -> pl.Series:
    """The next people to restate."""
    query = select(pending_restate.c.person_id).where(pending_restate.c.workspace_id == workspace_id)
    return read_frame(conn, query.order_by(pending_restate.c.person_id).limit(limit))["person_id"]


def list_pending_among(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> pl.Series:
    """Those of these people who wait to be restated."""
    with chosen(conn, ids) as asked:
        query = select(pending_restate.c.person_id).join(asked, asked.c.person_id == pending_restate.c.person_id)
        return read_frame(conn, query.where(pending_restate.c.workspace_id == workspace_id))["person_id"]


def insert_everybody(conn: Connection, workspace_id: WorkspaceId) -> None:
    """Note that every person of the workspace must be restated."""
    everybody = select(person.c.workspace_id, person.c.person_id).where(person.c.workspace_id == workspace_id)
    statement = insert(pending_restate).from_select(["workspace_id", "person_id"], everybody)
    conn.execute(statement.on_conflict_do_nothing())


def count_pending(conn: Connection, workspace_id: WorkspaceId) -> int:
    """How many people wait."""
    query = select(func.count()).select_from(pending_restate).where(pending_restate.c.workspace_id == workspace_id)
    return int(conn.execute(query).scalar_one())


def delete_pending(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str]) -> None:
    """Take these people off the list."""
    with chosen(conn, ids) as done:
        conn.execute(
            delete(pending_restate).where(
                pending_restate.c.workspace_id == workspace_id,
                pending_restate.c.person_id.in_(select(done.c.person_id)),
            )
        )
