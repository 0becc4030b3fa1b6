"""The score model that follows from what presets brought, as the next published version.

publish(conn, workspace_id, now) -> int | None     None: the workspace has published a model of its own, which stays
"""

from __future__ import annotations

from datetime import datetime

from cockpit.model.ids import WorkspaceId
from cockpit.presets.preset import FIT
from cockpit.storage.database import Connection
from cockpit.storage.models import find_published_model, insert_model, list_models, list_signal_types
from cockpit.storage.preset_artifacts import (
    PRESET,
    StoredArtifact,
    find_artifact,
    list_artifacts,
    upsert_artifacts,
)
from scoring.fit import Attribute
from scoring.model import preset_model
from scoring.signals import BUILT_IN

MODEL, KEY = "score_model", "published"
NOTE = "Industry preset"


def publish(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> int | None:
    """Publish it, unless the valid model is not one that was published here."""
    valid, ours = find_published_model(conn, workspace_id), find_artifact(conn, workspace_id, MODEL, KEY)
    if valid is not None and (ours is None or (ours.body or {}).get("version") != valid.version):
        return None
    stored = list_models(conn, workspace_id)
    next_version = stored[0].version + 1 if stored else 1
    catalogue = BUILT_IN.with_overrides(list_signal_types(conn, workspace_id))
    model = preset_model(catalogue, _fit_rules(conn, workspace_id), version=next_version)
    version = insert_model(
        conn, workspace_id, spec=model.to_dict(), note=NOTE, now=now, status="published", valid_from=now
    )
    row = StoredArtifact(MODEL, KEY, PRESET, body={"version": version})
    upsert_artifacts(conn, workspace_id, [row], now=now)
    return version


def _fit_rules(conn: Connection, workspace_id: WorkspaceId) -> tuple[Attribute, ...]:
    """Those that count now."""
    kept = (one for one in list_artifacts(conn, workspace_id) if one.kind == FIT and one.removed_at is None)
    return tuple(Attribute.parsed(one.artifact_key, one.body) for one in kept if one.body)
