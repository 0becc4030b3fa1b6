"""Signals that wait for the rules they concern."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cockpit.storage.migrations.row_security import protect

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "rule_signal",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("rule_key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_event_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("channel", sa.String()),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "rule_key", "source", "source_event_id", name="pk_rule_signal"),
    )
    if op.get_bind().dialect.name == "postgresql":
        columns = ["workspace_id", "person_id"]
        name = "fk_rule_signal_workspace_id_person_id"
        op.create_foreign_key(name, "rule_signal", "person", columns, columns, ondelete="CASCADE")
    protect("rule_signal")
