"""What lives in the table of artifacts itself: labels, person fields, fit rules, templates and saved views.

list_kept(conn, workspace_id, kind) -> dict[str, Body]         those that count
keep(conn, workspace_id, artifact, now)                        the workspace's own word from then on
take_away(conn, workspace_id, kind, key, now)                  no preset brings it back; raises NotFound
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cockpit.errors import InvalidInput, NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.presets.homes import HOMES
from cockpit.presets.preset import KINDS, Artifact, Body
from cockpit.storage.database import Connection
from cockpit.storage.preset_artifacts import WORKSPACE, StoredArtifact, find_artifact, list_artifacts, upsert_artifacts


def list_kept(conn: Connection, workspace_id: WorkspaceId, kind: str) -> dict[str, Body]:
    """What the workspace has of a kind."""
    return {
        one.artifact_key: one.body
        for one in list_artifacts(conn, workspace_id)
        if one.kind == kind and one.body is not None and one.removed_at is None
    }


def keep(conn: Connection, workspace_id: WorkspaceId, said: Artifact, now: datetime) -> None:
    """Add one, or say it differently from the preset; presets leave it alone from then on.

    Raises:
        InvalidInput: this kind lives elsewhere.
    """
    if said.kind not in KINDS or said.kind in HOMES:
        raise InvalidInput(f"{said.kind[:60]} is not kept here.")
    known = find_artifact(conn, workspace_id, said.kind, said.key) or StoredArtifact(said.kind, said.key, WORKSPACE)
    upsert_artifacts(conn, workspace_id, [replace(known, body=said.body, removed_at=None)], now=now)


def take_away(conn: Connection, workspace_id: WorkspaceId, kind: str, key: str, now: datetime) -> None:
    """Take one away for good.

    Raises:
        NotFound: there is none.
    """
    known = find_artifact(conn, workspace_id, kind, key)
    if known is None or known.removed_at is not None:
        raise NotFound("There is no such thing in this workspace.")
    upsert_artifacts(conn, workspace_id, [replace(known, removed_at=now)], now=now)
