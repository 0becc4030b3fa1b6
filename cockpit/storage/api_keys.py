"""API keys: what is stored of them, which is never the key itself.

insert_api_key(conn, workspace_id, *, key_id, name, prefix, digest, scopes, created_by, now)
find_api_key(conn, workspace_id, digest) -> ApiKey | None        None when it was revoked
list_api_keys(conn, workspace_id) -> tuple[ApiKey, ...]          newest first, revoked ones too
replace_key_used(conn, workspace_id, key_id, *, now)
replace_key_revoked(conn, workspace_id, key_id, *, now) -> int   how many ended; 0 when it was none or over
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, insert, select, update

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage.access_tables import api_key
from cockpit.storage.schema import workspace


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a workspace, without its secret."""

    workspace_id: WorkspaceId
    subdomain: str
    workspace_status: str  # pending | ready | failed
    key_id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_by: MemberId | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def insert_api_key(
    conn: Connection,
    workspace_id: WorkspaceId,
    *,
    key_id: UUID,
    name: str,
    prefix: str,
    digest: str,
    scopes: Sequence[str],
    created_by: MemberId | None,
    now: datetime,
) -> None:
    """Keep a new key."""
    row = {"workspace_id": workspace_id, "key_id": key_id, "name": name, "prefix": prefix, "key_hash": digest}
    conn.execute(insert(api_key).values(**row, scopes=list(scopes), created_by=created_by, created_at=now))


def find_api_key(conn: Connection, workspace_id: WorkspaceId, digest: str) -> ApiKey | None:
    """The key with this digest, while nobody has revoked it."""
    wanted = _keys(workspace_id).where(api_key.c.key_hash == digest, api_key.c.revoked_at.is_(None))
    row = conn.execute(wanted).one_or_none()
    return None if row is None else _key(row)


def list_api_keys(conn: Connection, workspace_id: WorkspaceId) -> tuple[ApiKey, ...]:
    """All keys of a workspace, newest first."""
    wanted = _keys(workspace_id).order_by(api_key.c.created_at.desc(), api_key.c.key_id)
    return tuple(_key(row) for row in conn.execute(wanted))


def replace_key_used(conn: Connection, workspace_id: WorkspaceId, key_id: UUID, *, now: datetime) -> None:
    """Remember when a key was used last."""
    mine = update(api_key).where(api_key.c.workspace_id == workspace_id, api_key.c.key_id == key_id)
    conn.execute(mine.values(last_used_at=now))


def replace_key_revoked(conn: Connection, workspace_id: WorkspaceId, key_id: UUID, *, now: datetime) -> int:
    """End a key, once."""
    mine = update(api_key).where(api_key.c.workspace_id == workspace_id, api_key.c.key_id == key_id)
    ended = mine.where(api_key.c.revoked_at.is_(None)).values(revoked_at=now).returning(api_key.c.key_id)
    return len(conn.execute(ended).all())


def _keys(workspace_id: WorkspaceId) -> Select[Any]:
    names = ("workspace_id", "key_id", "name", "prefix", "scopes", "created_by")
    return (
        select(
            *(api_key.c[name] for name in (*names, "created_at", "last_used_at", "revoked_at")),
            workspace.c.subdomain,
            workspace.c.status.label("workspace_status"),
        )
        .join(workspace, workspace.c.workspace_id == api_key.c.workspace_id)
        .where(api_key.c.workspace_id == workspace_id, workspace.c.workspace_id == workspace_id)
    )


def _key(row: Any) -> ApiKey:
    return ApiKey(**{**row._mapping, "scopes": tuple(row.scopes)})
