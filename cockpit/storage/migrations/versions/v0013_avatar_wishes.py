"""Pictures that wait to be fetched outlive the process that was asked for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "avatar_wish",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("fetched_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("user_id", name="pk_avatar_wish"),
    )
    if op.get_bind().dialect.name == "postgresql":
        waiting = sa.text("due_at IS NOT NULL")
        op.create_index("ix_avatar_wish_due", "avatar_wish", ["due_at"], postgresql_where=waiting)
