"""The tables of who may come in: login tokens, sessions, keys, requests that were answered, callbacks, the audit.

A credential carries the id of its workspace in front of its secret, so that it is looked up inside that workspace.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from cockpit.storage.columns import Json, identifier, instant, lookup, metadata, of_workspace, words, workspace_column

login_token = Table(
    "login_token",
    metadata,
    workspace_column(),
    words("token_hash", key=True),  # SHA-256, hex
    identifier("member_id", nullable=False),
    words("host", nullable=False),  # the only host that may redeem it
    words("page"),  # where to land; given: embedded mode
    instant("created_at", nullable=False),
    instant("expires_at", nullable=False),
    instant("used_at"),
    of_workspace(),
)

session = Table(
    "session",
    metadata,
    workspace_column(),
    words("session_hash", key=True),  # SHA-256 of the cookie's secret, hex
    identifier("member_id", nullable=False),
    words("mode", nullable=False),  # full | embed
    words("origin", nullable=False),  # sso | clerk | oidc | owner
    instant("created_at", nullable=False),
    instant("expires_at", nullable=False),
    instant("ended_at"),
    of_workspace(),
    lookup("ix_session_member", "workspace_id", "member_id"),
)

api_key = Table(
    "api_key",
    metadata,
    workspace_column(),
    identifier("key_id", key=True),
    words("name", nullable=False),
    words("prefix", nullable=False),  # what is shown of the key after it was made
    words("key_hash", nullable=False),  # SHA-256, hex
    Column("scopes", Json, nullable=False),
    identifier("created_by"),
    instant("created_at", nullable=False),
    instant("last_used_at"),
    instant("revoked_at"),
    of_workspace(),
    lookup("ix_api_key_hash", "workspace_id", "key_hash"),
)

avatar_wish = Table(
    "avatar_wish",
    metadata,
    identifier("user_id", key=True),
    words("url", nullable=False),  # where a host says that the picture of this login is
    instant("wanted_at", nullable=False),
    Column("attempts", Integer, nullable=False),
    instant("due_at"),  # when somebody fetches it; null: it is done
    instant("fetched_at"),
    lookup("ix_avatar_wish_due", "due_at", sparse="due_at"),
)

idempotent_request = Table(
    "idempotent_request",
    metadata,
    workspace_column(),
    words("idempotency_key", key=True),
    words("digest", nullable=False),  # of the body: the same key with another body is refused
    Column("status", Integer, nullable=False),
    Column("answer", Json, nullable=False),
    instant("created_at", nullable=False),
    of_workspace(),
)

hub_callback = Table(
    "hub_callback",
    metadata,
    workspace_column(),
    words("action", key=True),  # full | sync_members: one waiting of each
    instant("due_at", nullable=False),
    Column("attempts", Integer, nullable=False),
    instant("done_at"),
    words("error"),
    instant("created_at", nullable=False),
    of_workspace(),
)

provision_audit = Table(
    "provision_audit",
    metadata,
    identifier("audit_id", key=True),
    instant("called_at", nullable=False),
    words("route", nullable=False),
    words("credential", nullable=False),  # the name of the secret, never the secret
    identifier("about_workspace_id"),  # kept when the workspace is deleted
    words("about_email"),
    Column("status", Integer, nullable=False),
    words("detail"),
    Index("ix_provision_audit_called_at", "called_at").ddl_if(dialect="postgresql"),
)

ACCESS_TABLES = (login_token, session, api_key, avatar_wish, idempotent_request, hub_callback, provision_audit)
