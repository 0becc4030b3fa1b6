"""Workflows at work: since when one is active, the step a run has come to, the people of a run for many."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cockpit.storage.migrations.row_security import protect

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("workflow", sa.Column("active_since", sa.DateTime(timezone=True)))
    op.add_column("workflow_run", sa.Column("step_no", sa.Integer()))
    op.create_table(
        "workflow_run_person",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("step_no", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("attempt_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", "person_id", name="pk_workflow_run_person"),
    )
    if op.get_bind().dialect.name == "postgresql":
        columns = ["workspace_id", "person_id"]
        where = sa.text("person_id IS NOT NULL")
        op.create_index("ix_workflow_run_person", "workflow_run", columns, postgresql_where=where)
        op.create_index("ix_workflow_run_person_person", "workflow_run_person", columns)
        name = "fk_workflow_run_person_workspace_id_person_id"
        op.create_foreign_key(name, "workflow_run_person", "person", columns, columns, ondelete="CASCADE")
    protect("workflow_run_person")
