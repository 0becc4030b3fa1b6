"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    create_tables()
    create_unique_indexes()
    if op.get_bind().dialect.name == "postgresql":
        create_lookups()
        create_foreign_keys()


def create_tables() -> None:
    op.create_table(
        "user_account",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_user_account"),
    )
    op.create_table(
        "workspace",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("subdomain", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("data_version", sa.BigInteger(), nullable=False),
        sa.Column("last_received_at", sa.DateTime(timezone=True)),
        sa.Column("settings", Json, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_workspace"),
    )
    op.create_table(
        "company",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("domain", sa.String()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "company_id", name="pk_company"),
    )
    op.create_table(
        "export_log",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid()),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "export_id", name="pk_export_log"),
    )
    op.create_table(
        "import_run",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("file_digest", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("duplicate", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("unmatched", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("workspace_id", "file_digest", name="pk_import_run"),
    )
    op.create_table(
        "member",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "member_id", name="pk_member"),
    )
    op.create_table(
        "member_day",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("actions", sa.Integer(), nullable=False),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.Column("bookings", sa.Integer(), nullable=False),
        sa.Column("response_minutes", Json, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "member_id", "day", name="pk_member_day"),
    )
    op.create_table(
        "opportunity",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("company_id", sa.Uuid()),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("amount", sa.Double()),
        sa.Column("currency", sa.String()),
        sa.Column("close_date", sa.Date()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "opportunity_id", name="pk_opportunity"),
    )
    op.create_table(
        "pending_restate",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", name="pk_pending_restate"),
    )
    op.create_table(
        "person",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String()),
        sa.Column("phone", sa.String()),
        sa.Column("phone_raw", sa.String()),
        sa.Column("company_id", sa.Uuid()),
        sa.Column("owner_id", sa.Uuid()),
        sa.Column("lifecycle", sa.String(), nullable=False),
        sa.Column("do_not_contact", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.String()),
        sa.Column("country", sa.String()),
        sa.Column("value", sa.Double()),
        sa.Column("attributes", Json, nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", name="pk_person"),
    )
    op.create_table(
        "rule",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("rule_key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("signal_type", sa.String(), nullable=False),
        sa.Column("action_type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("auto_execute", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "rule_key", name="pk_rule"),
    )
    op.create_table(
        "score_model",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "version", name="pk_score_model"),
    )
    op.create_table(
        "signal_type",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "type", name="pk_signal_type"),
    )
    op.create_table(
        "unmatched_signal",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_event_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("match_key", sa.String(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "source", "source_event_id", name="pk_unmatched_signal"),
    )
    op.create_table(
        "accumulator",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day_count", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("value_amount", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", "type", name="pk_accumulator"),
    )
    op.create_table(
        "conversation",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True)),
        sa.Column("last_at", sa.DateTime(timezone=True)),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True)),
        sa.Column("last_inbound_type", sa.String()),
        sa.Column("last_outbound_at", sa.DateTime(timezone=True)),
        sa.Column("last_outbound_type", sa.String()),
        sa.Column("last_type", sa.String()),
        sa.Column("contact_days", sa.Integer(), nullable=False),
        sa.Column("inbound_days", sa.Integer(), nullable=False),
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True)),
        sa.Column("waiting_type", sa.String()),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.Column("next_step_at", sa.DateTime(timezone=True)),
        sa.Column("opted_out_at", sa.DateTime(timezone=True)),
        sa.Column("lifecycle", sa.String()),
        sa.Column("signals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", name="pk_conversation"),
    )
    op.create_table(
        "score",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("engagement", sa.Double()),
        sa.Column("intent", sa.Double()),
        sa.Column("fit", sa.Double()),
        sa.Column("priority", sa.Double()),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("crosses_at", sa.DateTime(timezone=True)),
        sa.Column("crosses_to", sa.String()),
        sa.Column("model_version", sa.Integer(), nullable=False),
        sa.Column("priority_key", sa.Double()),
        sa.Column("hot_key", sa.Double()),
        sa.Column("follow_up_key", sa.Double()),
        sa.Column("stale_key", sa.Double()),
        sa.Column("reconnect_recent_key", sa.Double()),
        sa.Column("reconnect_oldies_key", sa.Double()),
        sa.Column("recent_key", sa.Double()),
        sa.Column("owner_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", name="pk_score"),
    )
    op.create_table(
        "signal",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_event_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Double()),
        sa.Column("channel", sa.String()),
        sa.Column("direction", sa.String()),
        sa.Column("scheduled_for", sa.DateTime(timezone=True)),
        sa.Column("payload", Json),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "source", "source_event_id", name="pk_signal"),
    )
    op.create_table(
        "suggested_action",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("action_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rank_key", sa.Double()),
        sa.Column("urgency", sa.Double(), nullable=False),
        sa.Column("effect", sa.Double(), nullable=False),
        sa.Column("effort", sa.Double(), nullable=False),
        sa.Column("channel", sa.String()),
        sa.Column("evidence_type", sa.String()),
        sa.Column("evidence_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True)),
        sa.Column("dismiss_reason", sa.String()),
        sa.Column("suppressed_until", sa.DateTime(timezone=True)),
        sa.Column("previous_state", sa.String()),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid()),
        sa.PrimaryKeyConstraint("workspace_id", "action_id", name="pk_suggested_action"),
    )


def create_unique_indexes() -> None:
    op.create_index("uq_user_account_email", "user_account", ["email"], unique=True)
    op.create_index("uq_workspace_subdomain", "workspace", ["subdomain"], unique=True)
    op.create_index("uq_company_external_id", "company", ["workspace_id", "external_id"], unique=True)
    op.create_index("uq_member_email", "member", ["workspace_id", "email"], unique=True)
    op.create_index("uq_opportunity_external_id", "opportunity", ["workspace_id", "external_id"], unique=True)
    op.create_index("uq_person_external_id", "person", ["workspace_id", "external_id"], unique=True)


def create_lookups() -> None:
    op.create_index("ix_opportunity_person", "opportunity", ["workspace_id", "person_id"])
    op.create_index("ix_person_email", "person", ["workspace_id", "email"])
    op.create_index("ix_person_name", "person", ["workspace_id", "name"])
    op.create_index("ix_person_phone", "person", ["workspace_id", "phone"])
    op.create_index("ix_unmatched_signal_key", "unmatched_signal", ["workspace_id", "match_key"])
    op.create_index(
        "ix_score_due_at", "score", ["workspace_id", "due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index(
        "ix_score_follow_up",
        "score",
        ["workspace_id", "follow_up_key"],
        postgresql_where=sa.text("follow_up_key IS NOT NULL"),
    )
    op.create_index(
        "ix_score_hot", "score", ["workspace_id", "hot_key"], postgresql_where=sa.text("hot_key IS NOT NULL")
    )
    op.create_index(
        "ix_score_priority",
        "score",
        ["workspace_id", "priority_key"],
        postgresql_where=sa.text("priority_key IS NOT NULL"),
    )
    op.create_index(
        "ix_score_recent", "score", ["workspace_id", "recent_key"], postgresql_where=sa.text("recent_key IS NOT NULL")
    )
    op.create_index(
        "ix_score_reconnect_oldies",
        "score",
        ["workspace_id", "reconnect_oldies_key"],
        postgresql_where=sa.text("reconnect_oldies_key IS NOT NULL"),
    )
    op.create_index(
        "ix_score_reconnect_recent",
        "score",
        ["workspace_id", "reconnect_recent_key"],
        postgresql_where=sa.text("reconnect_recent_key IS NOT NULL"),
    )
    op.create_index(
        "ix_score_stale", "score", ["workspace_id", "stale_key"], postgresql_where=sa.text("stale_key IS NOT NULL")
    )
    op.create_index("ix_signal_person_time", "signal", ["workspace_id", "person_id", "occurred_at"])
    op.create_index("ix_suggested_action_cause", "suggested_action", ["workspace_id", "action_type", "evidence_type"])
    op.create_index("ix_suggested_action_person", "suggested_action", ["workspace_id", "person_id"])
    op.create_index(
        "ix_suggested_action_rank",
        "suggested_action",
        ["workspace_id", "rank_key"],
        postgresql_where=sa.text("rank_key IS NOT NULL"),
    )
    op.create_index(
        "ix_suggested_action_snoozed",
        "suggested_action",
        ["workspace_id", "snoozed_until"],
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )


def create_foreign_keys() -> None:
    for table, columns, parent, targets in (
        ("company", ["workspace_id"], "workspace", ["workspace_id"]),
        ("export_log", ["workspace_id"], "workspace", ["workspace_id"]),
        ("import_run", ["workspace_id"], "workspace", ["workspace_id"]),
        ("member", ["workspace_id"], "workspace", ["workspace_id"]),
        ("member_day", ["workspace_id"], "workspace", ["workspace_id"]),
        ("opportunity", ["workspace_id"], "workspace", ["workspace_id"]),
        ("pending_restate", ["workspace_id"], "workspace", ["workspace_id"]),
        ("person", ["workspace_id"], "workspace", ["workspace_id"]),
        ("rule", ["workspace_id"], "workspace", ["workspace_id"]),
        ("score_model", ["workspace_id"], "workspace", ["workspace_id"]),
        ("signal_type", ["workspace_id"], "workspace", ["workspace_id"]),
        ("unmatched_signal", ["workspace_id"], "workspace", ["workspace_id"]),
        ("accumulator", ["workspace_id", "person_id"], "person", ["workspace_id", "person_id"]),
        ("conversation", ["workspace_id", "person_id"], "person", ["workspace_id", "person_id"]),
        ("score", ["workspace_id", "person_id"], "person", ["workspace_id", "person_id"]),
        ("signal", ["workspace_id", "person_id"], "person", ["workspace_id", "person_id"]),
        ("suggested_action", ["workspace_id", "person_id"], "person", ["workspace_id", "person_id"]),
    ):
        name = f"fk_{table}_{'_'.join(columns)}"
        op.create_foreign_key(name, table, parent, columns, targets, ondelete="CASCADE")
