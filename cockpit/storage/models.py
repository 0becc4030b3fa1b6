"""Score models and the signal types a workspace changed or added. Specs are JSON-safe mappings.

find_published_model(conn, workspace_id, as_of=None) -> StoredModel | None    the one valid then; None: the preset
list_models(conn, workspace_id) -> tuple[StoredModel, ...]                    newest first
insert_model(conn, workspace_id, *, spec, note, now, status="draft") -> int   the new version
list_signal_types(conn, workspace_id) -> dict[str, spec]
upsert_signal_types(conn, workspace_id, specs)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import own_columns
from cockpit.storage.schema import score_model, signal_type


@dataclass(frozen=True, slots=True)
class StoredModel:
    """One version of a workspace's score model."""

    version: int
    status: str
    valid_from: datetime | None
    created_at: datetime
    note: str
    spec: Mapping[str, Any]


def find_published_model(
    conn: Connection, workspace_id: WorkspaceId, as_of: datetime | None = None
) -> StoredModel | None:
    """The model that was valid at an instant, or is now; None where none was published by then."""
    query = select(*own_columns(score_model)).where(
        score_model.c.workspace_id == workspace_id, score_model.c.valid_from.is_not(None)
    )
    if as_of is not None:
        query = query.where(score_model.c.valid_from <= as_of)
    newest = query.order_by(score_model.c.valid_from.desc(), score_model.c.version.desc()).limit(1)
    row = conn.execute(newest).one_or_none()
    return None if row is None else StoredModel(**row._mapping)


def list_models(conn: Connection, workspace_id: WorkspaceId) -> tuple[StoredModel, ...]:
    """All versions, newest first."""
    query = select(*own_columns(score_model)).where(score_model.c.workspace_id == workspace_id)
    rows = conn.execute(query.order_by(score_model.c.version.desc()))
    return tuple(StoredModel(**row._mapping) for row in rows)


def insert_model(
    conn: Connection,
    workspace_id: WorkspaceId,
    *,
    spec: Mapping[str, Any],
    note: str,
    now: datetime,
    status: str = "draft",
    valid_from: datetime | None = None,
) -> int:
    """Add the next version; one that is valid from an instant counts from then on."""
    newest = select(func.coalesce(func.max(score_model.c.version), 0)).where(score_model.c.workspace_id == workspace_id)
    version = int(conn.execute(newest).scalar_one()) + 1
    row = {"version": version, "status": status, "valid_from": valid_from, "created_at": now, "note": note}
    conn.execute(insert(score_model).values(workspace_id=workspace_id, spec=dict(spec), **row))
    return version


def list_signal_types(conn: Connection, workspace_id: WorkspaceId) -> dict[str, Mapping[str, Any]]:
    """What this workspace changed in the built-in catalogue or added to it, by type."""
    query = select(signal_type.c.type, signal_type.c.spec).where(signal_type.c.workspace_id == workspace_id)
    return {str(name): spec for name, spec in conn.execute(query.order_by(signal_type.c.type))}


def upsert_signal_types(conn: Connection, workspace_id: WorkspaceId, specs: Mapping[str, Mapping[str, Any]]) -> None:
    """Change or add signal types."""
    if not specs:
        return
    rows = [{"workspace_id": workspace_id, "type": name, "spec": dict(spec)} for name, spec in sorted(specs.items())]
    statement = insert(signal_type).values(rows)
    conn.execute(
        statement.on_conflict_do_update(index_elements=["workspace_id", "type"], set_={"spec": statement.excluded.spec})
    )
