"""How far imports of files have come, by the digest of the file.

find_import_run(conn, workspace_id, file_digest) -> ImportRun | None
upsert_import_run(conn, workspace_id, run)                      in the transaction that stores the batch
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.schema import import_run


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import of one file: rows_done is where the next batch starts."""

    file_digest: str
    file_name: str
    kind: str
    rows_done: int
    accepted: int
    duplicate: int
    rejected: int
    unmatched: int
    started_at: datetime
    finished_at: datetime | None = None


COLUMNS = tuple(import_run.c[name] for name in ImportRun.__dataclass_fields__)


def find_import_run(conn: Connection, workspace_id: WorkspaceId, file_digest: str) -> ImportRun | None:
    """The import of this file into this workspace, or None."""
    query = select(*COLUMNS).where(import_run.c.workspace_id == workspace_id, import_run.c.file_digest == file_digest)
    row = conn.execute(query).one_or_none()
    return None if row is None else ImportRun(**row._mapping)


def upsert_import_run(conn: Connection, workspace_id: WorkspaceId, run: ImportRun) -> None:
    """Store how far an import has come."""
    statement = insert(import_run).values(workspace_id=workspace_id, **asdict(run))
    changes = {column.name: statement.excluded[column.name] for column in COLUMNS if column.name != "file_digest"}
    conn.execute(statement.on_conflict_do_update(index_elements=["workspace_id", "file_digest"], set_=changes))
