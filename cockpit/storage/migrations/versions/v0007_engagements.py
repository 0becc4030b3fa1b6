"""Engagements as the Hub tells of them; what a Hub's connection declares beyond the columns it began with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cockpit.storage.migrations.row_security import protect

revision = "0007"
down_revision = "0006"

Json = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("hub_connection", sa.Column("options", Json))
    op.create_table(
        "engagement",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("attempt_id", sa.Uuid()),
        sa.Column("channel", sa.String()),
        sa.Column("direction", sa.String()),
        sa.Column("contact", sa.String()),
        sa.Column("status", sa.String()),
        sa.Column("outcome", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("result", sa.String()),
        sa.Column("summary", sa.String()),
        sa.Column("started_at", INSTANT),
        sa.Column("completed_at", INSTANT),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.Column("updates", sa.Integer(), nullable=False),
        sa.Column("signals", Json, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "engagement_id", name="pk_engagement"),
    )
    if op.get_bind().dialect.name == "postgresql":
        where = sa.text("person_id IS NOT NULL")
        op.create_index("ix_engagement_person", "engagement", ["workspace_id", "person_id"], postgresql_where=where)
        name = "fk_engagement_workspace_id"
        op.create_foreign_key(name, "engagement", "workspace", ["workspace_id"], ["workspace_id"], ondelete="CASCADE")
    protect("engagement")
