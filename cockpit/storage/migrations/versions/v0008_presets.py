"""What presets brought into a workspace, and what the workspace made of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cockpit.storage.migrations.row_security import protect

revision = "0008"
down_revision = "0007"

Json = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "preset_artifact",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("artifact_key", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("preset", sa.String()),
        sa.Column("body", Json),
        sa.Column("applied", Json),
        sa.Column("removed_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "kind", "artifact_key", name="pk_preset_artifact"),
    )
    if op.get_bind().dialect.name == "postgresql":
        name, key = "fk_preset_artifact_workspace_id", ["workspace_id"]
        op.create_foreign_key(name, "preset_artifact", "workspace", key, key, ondelete="CASCADE")
    protect("preset_artifact")
