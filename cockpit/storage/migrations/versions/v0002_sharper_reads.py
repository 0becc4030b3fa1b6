"""Cards remember which situation of their action they stand for, scores how far a key may drift: panels read less."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("suggested_action", sa.Column("situation", sa.Integer()))
    op.add_column("score", sa.Column("reconnect_oldies_margin", sa.Double()))
