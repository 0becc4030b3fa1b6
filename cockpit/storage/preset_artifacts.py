"""What presets brought into a workspace, and what the workspace keeps beside it.

list_artifacts(conn, workspace_id) -> tuple[StoredArtifact, ...]       by kind and key
find_artifact(conn, workspace_id, kind, key) -> StoredArtifact | None
upsert_artifacts(conn, workspace_id, artifacts, *, now)                each replaces what was there
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.preset_tables import preset_artifact

PRESET, WORKSPACE = "preset", "workspace"  # where one comes from


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """One thing of a preset, or one like it that the workspace made."""

    kind: str
    artifact_key: str
    origin: str
    preset: str | None = None
    body: Mapping[str, Any] | None = None
    applied: Mapping[str, Any] | None = None
    removed_at: datetime | None = None


COLUMNS = tuple(preset_artifact.c[name] for name in StoredArtifact.__dataclass_fields__)
CHANGED = ("origin", "preset", "body", "applied", "removed_at", "updated_at")


def list_artifacts(conn: Connection, workspace_id: WorkspaceId) -> tuple[StoredArtifact, ...]:
    """All of a workspace by kind and key, those that were taken away too."""
    query = select(*COLUMNS).where(preset_artifact.c.workspace_id == workspace_id)
    rows = conn.execute(query.order_by(preset_artifact.c.kind, preset_artifact.c.artifact_key))
    return tuple(StoredArtifact(**row._mapping) for row in rows)


def find_artifact(conn: Connection, workspace_id: WorkspaceId, kind: str, key: str) -> StoredArtifact | None:
    """One of them, or None."""
    query = select(*COLUMNS).where(preset_artifact.c.workspace_id == workspace_id)
    query = query.where(preset_artifact.c.kind == kind, preset_artifact.c.artifact_key == key)
    row = conn.execute(query).one_or_none()
    return None if row is None else StoredArtifact(**row._mapping)


def upsert_artifacts(
    conn: Connection, workspace_id: WorkspaceId, artifacts: Sequence[StoredArtifact], *, now: datetime
) -> None:
    """Store them; each replaces what was there under its kind and key."""
    if not artifacts:
        return
    times = {"created_at": now, "updated_at": now}
    rows = [{"workspace_id": workspace_id, **asdict(one), **times} for one in artifacts]
    row = insert(preset_artifact).values(rows)
    key = ["workspace_id", "kind", "artifact_key"]
    conn.execute(row.on_conflict_do_update(index_elements=key, set_={name: row.excluded[name] for name in CHANGED}))
