"""Automation: attempts, guard log, consent, stops, the Hub's connection, versions of rules, workflows, mappings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cockpit.storage.migrations.row_security import protect

revision = "0006"
down_revision = "0005"

Json = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)
TABLES = (
    *("attempt", "guard_window", "guard_head", "guard_log", "consent", "automation_stop", "hub_connection"),
    *("action_mapping", "rule_version", "holdout"),
    *("workflow", "workflow_version", "workflow_run", "workflow_step_run"),
)
OF_PERSON = ("attempt", "guard_window", "consent", "holdout", "workflow_run")


def upgrade() -> None:
    add_columns()
    create_attempts()
    create_guards()
    create_hub()
    create_rules()
    create_workflows()
    if op.get_bind().dialect.name == "postgresql":
        create_lookups()
        create_foreign_keys()
        make_log_append_only()
    for table in TABLES:
        protect(table)


def add_columns() -> None:
    op.add_column("rule", sa.Column("updated_at", INSTANT))
    op.add_column("rule", sa.Column("version", sa.Integer()))
    op.add_column("rule", sa.Column("conditions", Json))
    op.add_column("rule", sa.Column("channel", sa.String()))
    op.add_column("rule", sa.Column("instruction", sa.String()))
    op.add_column("rule", sa.Column("cooldown_s", sa.Integer()))
    op.add_column("rule", sa.Column("daily_max", sa.Integer()))
    op.add_column("rule", sa.Column("active_hours", Json))
    op.add_column("rule", sa.Column("enabled_at", INSTANT))
    op.add_column("rule", sa.Column("paused_at", INSTANT))
    op.add_column("rule", sa.Column("paused_why", sa.String()))
    op.add_column("rule", sa.Column("rehearsed_rate", sa.Double()))
    op.add_column("rule", sa.Column("holdout_percent", sa.Double()))


def create_attempts() -> None:
    op.create_table(
        "attempt",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("rule_key", sa.String()),
        sa.Column("workflow_run_id", sa.Uuid()),
        sa.Column("batch_id", sa.Uuid()),
        sa.Column("action_id", sa.Uuid()),
        sa.Column("action_type", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("hub_type", sa.String(), nullable=False),
        sa.Column("instruction", sa.String(), nullable=False),
        sa.Column("request", Json),
        sa.Column("guard_window", sa.String(), nullable=False),
        sa.Column("evidence_at", INSTANT),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("execute_after", INSTANT),
        sa.Column("held_until", INSTANT),
        sa.Column("lease_owner", sa.String()),
        sa.Column("lease_until", INSTANT),
        sa.Column("attempt_no", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("client_reference", sa.String(), nullable=False),
        sa.Column("engagement_id", sa.String()),
        sa.Column("outcome", sa.String()),
        sa.Column("error", sa.String()),
        sa.Column("requested_by", sa.Uuid()),
        sa.Column("sent_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "attempt_id", name="pk_attempt"),
    )


def create_guards() -> None:
    op.create_table(
        "guard_window",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("claimed_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", "name", name="pk_guard_window"),
    )
    op.create_table(
        "guard_head",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_guard_head"),
    )
    op.create_table(
        "guard_log",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "seq", name="pk_guard_log"),
    )
    op.create_table(
        "consent",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("withdrawn_at", INSTANT),
        sa.Column("proof", sa.String()),
        sa.PrimaryKeyConstraint("workspace_id", "consent_id", name="pk_consent"),
    )
    op.create_table(
        "automation_stop",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("stopped_by", sa.Uuid()),
        sa.Column("stopped_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "about", name="pk_automation_stop"),
    )


def create_hub() -> None:
    op.create_table(
        "hub_connection",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("base_url", sa.String(), nullable=False),
        sa.Column("key_sealed", sa.String(), nullable=False),
        sa.Column("domain_name", sa.String(), nullable=False),
        sa.Column("idempotency", sa.String(), nullable=False),
        sa.Column("status_path", sa.String()),
        sa.Column("pause_path", sa.String()),
        sa.Column("cancel_path", sa.String()),
        sa.Column("lookup_path", sa.String()),
        sa.Column("webhook_mode", sa.String(), nullable=False),
        sa.Column("webhook_secret_sealed", sa.String()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_hub_connection"),
    )
    op.create_table(
        "action_mapping",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("action_type", sa.String(), nullable=False),
        sa.Column("hub_type", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("instruction", sa.String(), nullable=False),
        sa.Column("translations", Json),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "action_type", name="pk_action_mapping"),
    )


def create_rules() -> None:
    op.create_table(
        "rule_version",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("rule_key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("created_by", sa.Uuid()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "rule_key", "version", name="pk_rule_version"),
    )
    op.create_table(
        "holdout",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("rule_key", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("held_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "rule_key", "person_id", name="pk_holdout"),
    )


def create_workflows() -> None:
    op.create_table(
        "workflow",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "workflow_key", name="pk_workflow"),
    )
    op.create_table(
        "workflow_version",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("created_by", sa.Uuid()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "workflow_key", "version", name="pk_workflow_version"),
    )
    op.create_table(
        "workflow_run",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("caused_by", sa.Uuid()),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("context", Json, nullable=False),
        sa.Column("error", sa.String()),
        sa.Column("started_by", sa.Uuid()),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("lease_owner", sa.String()),
        sa.Column("lease_until", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", name="pk_workflow_run"),
    )
    op.create_table(
        "workflow_step_run",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("step_no", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("step_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt_id", sa.Uuid()),
        sa.Column("result", Json),
        sa.Column("error", sa.String()),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", "step_no", name="pk_workflow_step_run"),
    )


def create_lookups() -> None:
    for name, table, columns, sparse in (
        ("ix_attempt_batch", "attempt", ["workspace_id", "batch_id"], "batch_id"),
        ("ix_attempt_due", "attempt", ["workspace_id", "execute_after"], "execute_after"),
        ("ix_attempt_engagement", "attempt", ["workspace_id", "engagement_id"], "engagement_id"),
        ("ix_attempt_lease", "attempt", ["workspace_id", "lease_until"], "lease_until"),
        ("ix_attempt_person", "attempt", ["workspace_id", "person_id"], None),
        ("ix_attempt_reference", "attempt", ["workspace_id", "client_reference"], None),
        ("ix_attempt_rule", "attempt", ["workspace_id", "rule_key", "created_at"], None),
        ("ix_attempt_sent", "attempt", ["workspace_id", "sent_at"], "sent_at"),
        ("ix_consent_person", "consent", ["workspace_id", "person_id"], None),
        ("ix_workflow_run_due", "workflow_run", ["workspace_id", "due_at"], "due_at"),
        ("ix_workflow_run_key", "workflow_run", ["workspace_id", "workflow_key", "started_at"], None),
    ):
        where = sa.text(f"{sparse} IS NOT NULL") if sparse else None
        op.create_index(name, table, columns, postgresql_where=where)


def create_foreign_keys() -> None:
    for table in TABLES:
        parent, columns = (
            ("person", ["workspace_id", "person_id"]) if table in OF_PERSON else ("workspace", ["workspace_id"])
        )
        name = f"fk_{table}_{'_'.join(columns)}"
        op.create_foreign_key(name, table, parent, columns, columns, ondelete="CASCADE")


def make_log_append_only() -> None:
    """Entries are never changed, and go only with their workspace."""
    op.execute(
        """
        CREATE FUNCTION guard_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM workspace WHERE workspace_id = OLD.workspace_id) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'the guard log is append-only';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON guard_log "
        "FOR EACH ROW EXECUTE FUNCTION guard_log_is_append_only()"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON guard_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION guard_log_is_append_only()"
    )
