"""PostgreSQL itself hides the people and scores of others from whoever is behind the person wall."""

from cockpit.storage.migrations.row_security import wall_off

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    wall_off("person", system="is_system")
    wall_off("score")
