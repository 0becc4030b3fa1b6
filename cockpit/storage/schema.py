"""The one schema: every table on both engines."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from cockpit.storage.access_tables import ACCESS_TABLES
from cockpit.storage.automation_tables import AUTOMATION_TABLES
from cockpit.storage.columns import (
    Json,
    identifier,
    instant,
    lookup,
    metadata,
    of_person,
    of_workspace,
    words,
    workspace_column,
)
from cockpit.storage.hub_tables import HUB_TABLES
from cockpit.storage.preset_tables import PRESET_TABLES
from cockpit.storage.rehearsal_tables import REHEARSAL_TABLES

__all__ = [
    "ACCESS_TABLES",
    "AUTOMATION_TABLES",
    "HUB_TABLES",
    "PRESET_TABLES",
    "REHEARSAL_TABLES",
    "accumulator",
    "company",
    "conversation",
    "export_log",
    "import_run",
    "member",
    "member_day",
    "metadata",
    "opportunity",
    "pending_restate",
    "person",
    "rule",
    "score",
    "score_model",
    "signal",
    "signal_type",
    "suggested_action",
    "unmatched_signal",
    "user_account",
    "workspace",
]

workspace = Table(
    "workspace",
    metadata,
    workspace_column(),
    words("subdomain", nullable=False),
    words("name", nullable=False),
    words("time_zone", nullable=False),
    Column("is_demo", Boolean, nullable=False),
    Column("data_version", BigInteger, nullable=False),  # rises with every write; the key of caches
    instant("last_received_at"),  # freshness badge: the newest received signal
    Column("settings", Json, nullable=False),  # join policy, embed origins, wall, keys of other systems
    instant("created_at", nullable=False),
    Column("status", String, server_default="ready"),  # pending | ready | failed
    words("provisioning_step"),  # the last step that is done
    Column("provisioning_attempts", Integer, server_default="0"),
    words("provisioning_error"),
    instant("provisioning_retry_at"),
    Index("uq_workspace_subdomain", "subdomain", unique=True),
)

user_account = Table(
    "user_account",
    metadata,
    identifier("user_id", key=True),
    words("email", nullable=False),
    words("name", nullable=False),
    instant("created_at", nullable=False),
    instant("deleted_at"),  # a login that was taken away; joining again restores it
    Column("avatar", LargeBinary),  # WebP, 256 x 256, made by us
    words("avatar_digest"),
    Index("uq_user_account_email", "email", unique=True),
)

member = Table(
    "member",
    metadata,
    workspace_column(),
    identifier("member_id", key=True),
    identifier("user_id"),
    words("name", nullable=False),
    words("email", nullable=False),
    words("role", nullable=False),  # admin | member | aventora_user | read_only
    instant("created_at", nullable=False),
    words("engagement_phone"),  # E.164: whose calls the Hub places for them
    instant("left_at"),  # the membership has ended; records keep the owner's name
    of_workspace(),
    Index("uq_member_email", "workspace_id", "email", unique=True),
)

company = Table(
    "company",
    metadata,
    workspace_column(),
    identifier("company_id", key=True),
    words("external_id"),
    words("name", nullable=False),
    words("domain"),
    instant("created_at", nullable=False),
    of_workspace(),
    Index("uq_company_external_id", "workspace_id", "external_id", unique=True),
)

person = Table(
    "person",
    metadata,
    workspace_column(),
    identifier("person_id", key=True),
    words("external_id"),
    words("name", nullable=False),
    words("email"),  # lower case
    words("phone"),  # E.164, or null when it cannot be one
    words("phone_raw"),  # as given
    identifier("company_id"),
    identifier("owner_id"),
    words("lifecycle", nullable=False),  # lead | mql | sql | customer | lost
    Column("do_not_contact", Boolean, nullable=False),
    words("time_zone"),  # IANA name, or null when unknown
    words("country"),
    Column("value", Double),  # expected or past amount, in the workspace's currency
    Column("attributes", Json, nullable=False),  # the profile that fit is computed from
    Column("is_demo", Boolean, nullable=False),
    instant("created_at", nullable=False),
    instant("updated_at", nullable=False),
    Column("is_system", Boolean),  # created by an integration on behalf of nobody; null: not known to be
    of_workspace(),
    Index("uq_person_external_id", "workspace_id", "external_id", unique=True),
    lookup("ix_person_email", "workspace_id", "email"),
    lookup("ix_person_phone", "workspace_id", "phone"),
    lookup("ix_person_name", "workspace_id", "name"),
)

opportunity = Table(
    "opportunity",
    metadata,
    workspace_column(),
    identifier("opportunity_id", key=True),
    words("external_id"),
    words("name", nullable=False),
    identifier("person_id"),
    identifier("company_id"),
    words("stage", nullable=False),  # NEW | SCREENING | MEETING | PROPOSAL | CUSTOMER
    Column("amount", Double),
    words("currency"),
    Column("close_date", Date),
    instant("created_at", nullable=False),
    of_workspace(),
    Index("uq_opportunity_external_id", "workspace_id", "external_id", unique=True),
    lookup("ix_opportunity_person", "workspace_id", "person_id"),
)

signal = Table(
    "signal",
    metadata,
    workspace_column(),
    words("source", key=True),
    words("source_event_id", key=True),
    identifier("person_id", nullable=False),
    words("type", nullable=False),
    instant("occurred_at", nullable=False),
    instant("received_at", nullable=False),
    Column("value", Double),
    words("channel"),
    words("direction"),
    instant("scheduled_for"),  # the planned instant a booking speaks of
    Column("payload", Json),
    words("digest", nullable=False),  # SHA-256 of the canonical body: the same id with another body is a conflict
    of_person(),
    lookup("ix_signal_person_time", "workspace_id", "person_id", "occurred_at"),
)

unmatched_signal = Table(
    "unmatched_signal",
    metadata,
    workspace_column(),
    words("source", key=True),
    words("source_event_id", key=True),
    words("reason", nullable=False),
    words("match_key", nullable=False),  # `external_id:…`, `email:…` or `phone:…`: what a later person may bring
    Column("body", Json, nullable=False),
    words("digest", nullable=False),
    instant("received_at", nullable=False),
    of_workspace(),
    lookup("ix_unmatched_signal_key", "workspace_id", "match_key"),
)

signal_type = Table(
    "signal_type",
    metadata,
    workspace_column(),
    words("type", key=True),
    Column("spec", Json, nullable=False),  # what differs from the built-in catalogue, or the whole type
    of_workspace(),
)

score_model = Table(
    "score_model",
    metadata,
    workspace_column(),
    Column("version", Integer, primary_key=True, autoincrement=False),
    words("status", nullable=False),  # draft | published | retired
    instant("valid_from"),
    instant("created_at", nullable=False),
    words("note", nullable=False),
    Column("spec", Json, nullable=False),
    of_workspace(),
)

accumulator = Table(
    "accumulator",
    metadata,
    workspace_column(),
    identifier("person_id", key=True),
    words("type", key=True),
    Column("amount", Double, nullable=False),  # decayed, day-capped count at last_at
    instant("last_at", nullable=False),
    Column("day_count", Integer, nullable=False),  # how many on the UTC day of last_at, before the cap
    Column("total", Integer, nullable=False),  # how many ever, capped per day
    Column("value_amount", Double, nullable=False),  # sum of values
    of_person(),
)

conversation = Table(
    "conversation",
    metadata,
    workspace_column(),
    identifier("person_id", key=True),
    instant("first_at"),
    instant("last_at"),
    instant("last_inbound_at"),
    words("last_inbound_type"),
    instant("last_outbound_at"),
    words("last_outbound_type"),
    words("last_type"),
    Column("contact_days", Integer, nullable=False),  # distinct UTC days with any contact: repeats + 1
    Column("inbound_days", Integer, nullable=False),
    words("turn", nullable=False),  # us | them | none
    instant("waiting_since"),  # the first unanswered opening of our turn
    words("waiting_type"),
    instant("asked_at"),  # our last message that waits for an answer of theirs
    instant("next_step_at"),  # the planned next step
    instant("opted_out_at"),
    words("lifecycle"),  # customer | lost, when signals say so
    Column("signals", Integer, nullable=False),
    of_person(),
)

score = Table(
    "score",
    metadata,
    workspace_column(),
    identifier("person_id", key=True),
    Column("engagement", Double),
    Column("intent", Double),
    Column("fit", Double),
    Column("priority", Double),
    words("band", nullable=False),  # hot | warm | cold | no data
    instant("computed_at", nullable=False),
    instant("due_at"),  # when the row must be computed again: it drifts, crosses a band, enters or leaves a panel
    instant("crosses_at"),
    words("crosses_to"),
    Column("model_version", Integer, nullable=False),
    # One key per panel; null: not on it. Larger is higher on the panel.
    Column("priority_key", Double),
    Column("hot_key", Double),
    Column("follow_up_key", Double),
    Column("stale_key", Double),
    Column("reconnect_recent_key", Double),
    Column("reconnect_oldies_key", Double),
    Column("recent_key", Double),
    identifier("owner_id"),  # of the person, for the Me / Team filter
    # The most the key differs from what it would be before `due_at`; null: only the panel's own bound is known.
    Column("reconnect_oldies_margin", Double),
    of_person(),
    *(
        lookup(f"ix_score_{name}", "workspace_id", f"{name}_key", sparse=f"{name}_key")
        for name in ("priority", "hot", "follow_up", "stale", "reconnect_recent", "reconnect_oldies", "recent")
    ),
    lookup("ix_score_due_at", "workspace_id", "due_at", sparse="due_at"),
)

suggested_action = Table(
    "suggested_action",
    metadata,
    workspace_column(),
    identifier("action_id", key=True),  # derived from person, type and the evidence: the same situation, the same card
    identifier("person_id", nullable=False),
    words("action_type", nullable=False),
    words("state", nullable=False),  # OPEN | SNOOZED | DISMISSED | EXECUTED | EXPIRED | INVALIDATED
    Column("rank_key", Double),  # null unless it is the person's top open one
    Column("urgency", Double, nullable=False),
    Column("effect", Double, nullable=False),
    Column("effort", Double, nullable=False),
    words("channel"),
    words("evidence_type"),
    instant("evidence_at"),
    instant("created_at", nullable=False),
    instant("expires_at", nullable=False),  # when the situation stops applying by itself
    instant("snoozed_until"),
    words("dismiss_reason"),
    instant("suppressed_until"),
    words("previous_state"),  # what undo returns to
    instant("changed_at", nullable=False),
    identifier("changed_by"),
    Column("situation", Integer),  # which of the action's situations; null: stored before this was kept
    of_person(),
    lookup("ix_suggested_action_rank", "workspace_id", "rank_key", sparse="rank_key"),
    lookup("ix_suggested_action_person", "workspace_id", "person_id"),
    lookup("ix_suggested_action_cause", "workspace_id", "action_type", "evidence_type"),  # what a rule would act on
    lookup("ix_suggested_action_snoozed", "workspace_id", "snoozed_until", sparse="snoozed_until"),
)

member_day = Table(
    "member_day",
    metadata,
    workspace_column(),
    identifier("member_id", key=True),
    Column("day", Date, primary_key=True),
    Column("actions", Integer, nullable=False),
    Column("replies", Integer, nullable=False),
    Column("bookings", Integer, nullable=False),
    Column("response_minutes", Json, nullable=False),  # histogram: bucket -> count, for the median
    of_workspace(),
)

rule = Table(
    "rule",
    metadata,
    workspace_column(),
    words("rule_key", key=True),
    words("title", nullable=False),
    words("signal_type", nullable=False),
    words("action_type", nullable=False),
    words("status", nullable=False),  # DRAFT | ACTIVE
    Column("enabled", Boolean, nullable=False),
    Column("auto_execute", Boolean, nullable=False),
    instant("created_at", nullable=False),
    instant("updated_at"),
    Column("version", Integer),  # the active one of rule_version
    Column("conditions", Json),
    words("channel"),
    words("instruction"),
    Column("cooldown_s", Integer),
    Column("daily_max", Integer),  # per lead
    Column("active_hours", Json),
    instant("enabled_at"),  # only signals after it count
    instant("paused_at"),
    words("paused_why"),
    Column("rehearsed_rate", Double),  # people per day; the fuse is a multiple of it
    Column("holdout_percent", Double),
    of_workspace(),
)

pending_restate = Table(
    "pending_restate",
    metadata,
    workspace_column(),
    identifier("person_id", key=True),
    of_workspace(),
)

import_run = Table(
    "import_run",
    metadata,
    workspace_column(),
    words("file_digest", key=True),
    words("file_name", nullable=False),
    words("kind", nullable=False),  # signals | people
    Column("rows_done", BigInteger, nullable=False),
    Column("accepted", BigInteger, nullable=False),
    Column("duplicate", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("unmatched", BigInteger, nullable=False),
    instant("started_at", nullable=False),
    instant("finished_at"),
    of_workspace(),
)

export_log = Table(
    "export_log",
    metadata,
    workspace_column(),
    identifier("export_id", key=True),
    identifier("member_id"),
    words("what", nullable=False),
    words("format", nullable=False),
    Column("row_count", BigInteger, nullable=False),
    words("sha256", nullable=False),
    instant("exported_at", nullable=False),
    of_workspace(),
)
