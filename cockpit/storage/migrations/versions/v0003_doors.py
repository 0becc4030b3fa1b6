"""Who may come in and as whom: states of a workspace, login tokens, sessions, keys, callbacks, an audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

Json = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    add_columns()
    create_sign_in()
    create_machine_access()
    create_provisioning()
    if op.get_bind().dialect.name == "postgresql":
        create_lookups()
        create_foreign_keys()


def add_columns() -> None:
    op.add_column("workspace", sa.Column("status", sa.String(), server_default="ready"))
    op.add_column("workspace", sa.Column("provisioning_step", sa.String()))
    op.add_column("workspace", sa.Column("provisioning_attempts", sa.Integer(), server_default="0"))
    op.add_column("workspace", sa.Column("provisioning_error", sa.String()))
    op.add_column("workspace", sa.Column("provisioning_retry_at", INSTANT))
    op.add_column("user_account", sa.Column("deleted_at", INSTANT))
    op.add_column("user_account", sa.Column("avatar", sa.LargeBinary()))
    op.add_column("user_account", sa.Column("avatar_digest", sa.String()))
    op.add_column("member", sa.Column("engagement_phone", sa.String()))
    op.add_column("member", sa.Column("left_at", INSTANT))


def create_sign_in() -> None:
    op.create_table(
        "login_token",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("page", sa.String()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace_id", "token_hash", name="pk_login_token"),
    )
    op.create_table(
        "session",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("session_hash", sa.String(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace_id", "session_hash", name="pk_session"),
    )


def create_machine_access() -> None:
    op.create_table(
        "api_key",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("created_by", sa.Uuid()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace_id", "key_id", name="pk_api_key"),
    )
    op.create_table(
        "idempotent_request",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", Json, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "idempotency_key", name="pk_idempotent_request"),
    )


def create_provisioning() -> None:
    op.create_table(
        "hub_callback",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("error", sa.String()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "action", name="pk_hub_callback"),
    )
    op.create_table(
        "provision_audit",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("called_at", INSTANT, nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("about_workspace_id", sa.Uuid()),
        sa.Column("about_email", sa.String()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String()),
        sa.PrimaryKeyConstraint("audit_id", name="pk_provision_audit"),
    )


def create_lookups() -> None:
    op.create_index("ix_session_member", "session", ["workspace_id", "member_id"])
    op.create_index("ix_api_key_hash", "api_key", ["workspace_id", "key_hash"])
    op.create_index("ix_provision_audit_called_at", "provision_audit", ["called_at"])


def create_foreign_keys() -> None:
    for table in ("login_token", "session", "api_key", "idempotent_request", "hub_callback"):
        op.create_foreign_key(
            f"fk_{table}_workspace_id", table, "workspace", ["workspace_id"], ["workspace_id"], ondelete="CASCADE"
        )
