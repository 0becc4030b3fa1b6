"""Rehearsals that were asked for on a screen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cockpit.storage.migrations.row_security import protect

revision = "0012"
down_revision = "0011"

Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "rehearsal_run",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("rule_key", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("against", sa.String()),
        sa.Column("against_spec", Json),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Uuid()),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String()),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("result", Json),
        sa.Column("error", sa.String()),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", name="pk_rehearsal_run"),
    )
    if op.get_bind().dialect.name == "postgresql":
        name = "fk_rehearsal_run_workspace_id"
        op.create_foreign_key(
            name, "rehearsal_run", "workspace", ["workspace_id"], ["workspace_id"], ondelete="CASCADE"
        )
        op.create_index("ix_rehearsal_run_rule", "rehearsal_run", ["workspace_id", "rule_key", "asked_at"])
    protect("rehearsal_run")
