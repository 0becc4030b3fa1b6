"""What the guard log is to say of executions that were cancelled where its chain is not held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cockpit.storage.migrations.row_security import protect

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "guard_note",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "attempt_id", name="pk_guard_note"),
    )
    if op.get_bind().dialect.name == "postgresql":
        name = "fk_guard_note_workspace_id"
        op.create_foreign_key(name, "guard_note", "workspace", ["workspace_id"], ["workspace_id"], ondelete="CASCADE")
    protect("guard_note")
