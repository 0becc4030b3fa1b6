"""The table of what presets brought into a workspace.

A row says what the preset gave (`applied`), so that what somebody changed or took away since is told from what nobody
touched. Things without a table of their own (labels, person fields, fit rules, templates, views) live in `body`.
"""

from __future__ import annotations

from sqlalchemy import Column, Table

from cockpit.storage.columns import Json, instant, metadata, of_workspace, words, workspace_column

preset_artifact = Table(
    "preset_artifact",
    metadata,
    workspace_column(),
    words("kind", key=True),
    words("artifact_key", key=True),
    words("origin", nullable=False),  # preset | workspace
    words("preset"),  # which one gave it, with the profile; null: none did
    Column("body", Json),  # as it counts now; null where another table holds it
    Column("applied", Json),  # as the preset gave it
    instant("removed_at"),  # somebody does not want it
    instant("created_at", nullable=False),
    instant("updated_at", nullable=False),
    of_workspace(),
)

PRESET_TABLES = (preset_artifact,)
