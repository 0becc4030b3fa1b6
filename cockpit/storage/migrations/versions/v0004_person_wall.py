"""People remember whether an integration created them on behalf of nobody: the person wall may hide those."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("person", sa.Column("is_system", sa.Boolean()))
