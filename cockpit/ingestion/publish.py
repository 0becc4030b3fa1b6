"""A catalogue file becomes the workspace's signal types and its next published score model."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from cockpit.errors import InvalidInput
from cockpit.ingestion.rulebook import get_rulebook
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.models import insert_model, list_models, upsert_signal_types
from cockpit.storage.pending import insert_everybody
from cockpit.storage.workspaces import replace_data_version
from scoring.catalogue import CatalogueFile, from_toml
from scoring.model import preset_model


def read_catalogue(path: Path) -> CatalogueFile:
    """The catalogue of a TOML file."""
    try:
        return from_toml(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name} is not a TOML file: {error}.") from error
    except ValueError as error:
        raise InvalidInput(f"{path.name}: {error}") from error


def publish_catalogue(conn: Connection, workspace_id: WorkspaceId, file: CatalogueFile, now: datetime) -> int | None:
    """Store what the file says; a model that differs from the valid one is published and everybody is to be restated.

    Answers the new version, or None when nothing differs.
    """
    before = get_rulebook(conn, workspace_id)
    upsert_signal_types(conn, workspace_id, {name: asdict(kind) for name, kind in file.catalogue.items()})
    catalogue = get_rulebook(conn, workspace_id).catalogue
    stored = list_models(conn, workspace_id)
    version = stored[0].version + 1 if stored else 1
    model = preset_model(catalogue, file.attributes, version=version)
    if stored and replace(model, version=before.model.version) == before.model and catalogue == before.catalogue:
        return None
    insert_everybody(conn, workspace_id)
    replace_data_version(conn, workspace_id)  # readers keep the model in memory until the version rises
    note = "Preset of a catalogue file"
    return insert_model(
        conn, workspace_id, spec=model.to_dict(), note=note, now=now, status="published", valid_from=now
    )
