"""Every table of a workspace shows the rows of one workspace only, whatever a statement asks for (PostgreSQL)."""

from cockpit.storage.migrations.row_security import protect

revision = "0005"
down_revision = "0004"

TABLES = (
    *("workspace", "member", "company", "person", "opportunity", "signal", "unmatched_signal", "signal_type"),
    *("score_model", "accumulator", "conversation", "score", "suggested_action", "member_day", "rule"),
    *("pending_restate", "import_run", "export_log"),
    *("login_token", "session", "api_key", "idempotent_request", "hub_callback"),
)


def upgrade() -> None:
    for table in TABLES:
        protect(table)
