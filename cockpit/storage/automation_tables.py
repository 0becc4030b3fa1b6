"""The tables of automation: attempts, the guard log, consent, stops, the Hub's connection, workflows, mappings.

An attempt is the outbox row of one outreach. Whatever waits for a worker has `execute_after`; whatever does not, none.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table

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

attempt = Table(
    "attempt",
    metadata,
    workspace_column(),
    identifier("attempt_id", key=True),
    identifier("person_id", nullable=False),
    words("origin", nullable=False),  # manual | rule | workflow
    words("rule_key"),
    identifier("workflow_run_id"),
    identifier("batch_id"),  # of the bulk it belongs to
    identifier("action_id"),  # the card it carries out
    words("action_type", nullable=False),
    words("channel", nullable=False),
    words("hub_type", nullable=False),
    words("instruction", nullable=False),
    Column("request", Json),  # what else goes to the Hub: language, template, subject
    words("guard_window", nullable=False),  # which outreach this is: at most one of a name within its window
    instant("evidence_at"),  # of the signal that caused it
    words("state", nullable=False),  # the words of product.md 6
    words("reason"),  # why it is blocked, cancelled or held: one sentence
    instant("execute_after"),  # when a worker may take it next; null: nobody shall
    instant("held_until"),  # given: a guard holds it, and opens then
    words("lease_owner"),
    instant("lease_until"),
    Column("attempt_no", Integer, nullable=False),  # calls to the Hub so far; with the owner it fences late answers
    words("idempotency_key", nullable=False),
    words("client_reference", nullable=False),  # what the Hub gives back with its updates
    words("engagement_id"),
    words("outcome"),
    words("error"),  # what the last call that failed said
    identifier("requested_by"),
    instant("sent_at"),  # when the last call was committed to: what caps and cooldowns count
    instant("finished_at"),
    instant("created_at", nullable=False),
    instant("updated_at", nullable=False),
    of_person(),
    lookup("ix_attempt_due", "workspace_id", "execute_after", sparse="execute_after"),
    lookup("ix_attempt_lease", "workspace_id", "lease_until", sparse="lease_until"),
    lookup("ix_attempt_person", "workspace_id", "person_id"),
    lookup("ix_attempt_sent", "workspace_id", "sent_at", sparse="sent_at"),
    lookup("ix_attempt_engagement", "workspace_id", "engagement_id", sparse="engagement_id"),
    lookup("ix_attempt_reference", "workspace_id", "client_reference"),
    lookup("ix_attempt_rule", "workspace_id", "rule_key", "created_at"),
    lookup("ix_attempt_batch", "workspace_id", "batch_id", sparse="batch_id"),
)

guard_window = Table(
    "guard_window",
    metadata,
    workspace_column(),
    identifier("person_id", key=True),
    words("name", key=True),  # the rule, or the action somebody clicked
    identifier("attempt_id", nullable=False),  # who has it
    instant("claimed_at", nullable=False),
    instant("until", nullable=False),
    of_person(),
)

guard_head = Table(
    "guard_head",
    metadata,
    workspace_column(),
    Column("seq", BigInteger, nullable=False),
    words("hash", nullable=False),  # of the newest entry of the guard log
    of_workspace(),
)

guard_log = Table(
    "guard_log",
    metadata,
    workspace_column(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    words("previous_hash", nullable=False),
    words("hash", nullable=False),
    words("body", nullable=False),  # canonical JSON, kept as the very text that was hashed
    of_workspace(),
)

guard_note = Table(
    "guard_note",
    metadata,
    workspace_column(),
    identifier("attempt_id", key=True),
    words("event", nullable=False),
    words("state", nullable=False),
    words("reason"),
    instant("noted_at", nullable=False),
    of_workspace(),
)

consent = Table(
    "consent",
    metadata,
    workspace_column(),
    identifier("consent_id", key=True),
    identifier("person_id", nullable=False),
    words("channel", nullable=False),  # or `any`
    words("basis", nullable=False),
    instant("granted_at", nullable=False),
    instant("expires_at"),
    instant("withdrawn_at"),
    words("proof"),  # where it can be looked up
    of_person(),
    lookup("ix_consent_person", "workspace_id", "person_id"),
)

automation_stop = Table(
    "automation_stop",
    metadata,
    workspace_column(),
    words("about", key=True),  # `workspace`, or `person:` and an id; a rule carries its own pause
    words("why", nullable=False),
    identifier("stopped_by"),
    instant("stopped_at", nullable=False),
    of_workspace(),
)

hub_connection = Table(
    "hub_connection",
    metadata,
    workspace_column(),
    words("base_url", nullable=False),
    words("key_sealed", nullable=False),  # encrypted with the program's secret key
    words("domain_name", nullable=False),
    words("idempotency", nullable=False),  # none | key | lookup
    words("status_path"),
    words("pause_path"),
    words("cancel_path"),
    words("lookup_path"),
    words("webhook_mode", nullable=False),  # static | signed
    words("webhook_secret_sealed"),
    Column("failures", Integer, nullable=False),  # calls in a row that found no Hub
    instant("open_until"),  # the breaker: no call before
    instant("created_at", nullable=False),
    instant("updated_at", nullable=False),
    Column("options", Json),  # what else this Hub declares: paths, fields, words for its statuses, secrets
    of_workspace(),
)

action_mapping = Table(
    "action_mapping",
    metadata,
    workspace_column(),
    words("action_type", key=True),
    words("hub_type", nullable=False),
    words("channel", nullable=False),
    words("instruction", nullable=False),
    Column("translations", Json),  # language -> instruction
    words("source", nullable=False),  # preset | sync | edited
    instant("updated_at", nullable=False),
    of_workspace(),
)

rule_version = Table(
    "rule_version",
    metadata,
    workspace_column(),
    words("rule_key", key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    words("status", nullable=False),  # draft | active | retired
    Column("spec", Json, nullable=False),
    identifier("created_by"),
    instant("created_at", nullable=False),
    of_workspace(),
)

rule_signal = Table(
    "rule_signal",
    metadata,
    workspace_column(),
    words("rule_key", key=True),
    words("source", key=True),
    words("source_event_id", key=True),
    identifier("person_id", nullable=False),
    words("type", nullable=False),
    words("channel"),
    instant("occurred_at", nullable=False),
    of_person(),
)

holdout = Table(
    "holdout",
    metadata,
    workspace_column(),
    words("rule_key", key=True),
    identifier("person_id", key=True),
    instant("held_at", nullable=False),  # when the rule would have acted first
    of_person(),
)

workflow = Table(
    "workflow",
    metadata,
    workspace_column(),
    words("workflow_key", key=True),
    words("title", nullable=False),
    words("status", nullable=False),  # DRAFT | ACTIVE | DEACTIVATED
    Column("version", Integer),  # the active one
    instant("created_at", nullable=False),
    instant("updated_at", nullable=False),
    instant("active_since"),
    of_workspace(),
)

workflow_version = Table(
    "workflow_version",
    metadata,
    workspace_column(),
    words("workflow_key", key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    words("status", nullable=False),  # draft | active | retired
    Column("spec", Json, nullable=False),
    identifier("created_by"),
    instant("created_at", nullable=False),
    of_workspace(),
)

workflow_run = Table(
    "workflow_run",
    metadata,
    workspace_column(),
    identifier("run_id", key=True),
    words("workflow_key", nullable=False),
    Column("version", Integer, nullable=False),
    words("trigger", nullable=False),
    identifier("person_id"),
    identifier("caused_by"),  # the run whose step started this one
    Column("depth", Integer, nullable=False),
    words("state", nullable=False),
    Column("context", Json, nullable=False),
    words("error"),
    identifier("started_by"),
    instant("started_at", nullable=False),
    instant("due_at"),  # when a worker takes it next; null: nobody shall
    words("lease_owner"),
    instant("lease_until"),
    instant("finished_at"),
    Column("step_no", Integer),  # the step it has come to
    of_person(),
    lookup("ix_workflow_run_due", "workspace_id", "due_at", sparse="due_at"),
    lookup("ix_workflow_run_key", "workspace_id", "workflow_key", "started_at"),
    lookup("ix_workflow_run_person", "workspace_id", "person_id", sparse="person_id"),
)

workflow_run_person = Table(
    "workflow_run_person",
    metadata,
    workspace_column(),
    identifier("run_id", key=True),  # of a run for many people
    identifier("person_id", key=True),
    Column("step_no", Integer, nullable=False),  # the step that has to look at them next
    words("state", nullable=False),
    words("reason"),
    identifier("attempt_id"),
    of_person(),
    lookup("ix_workflow_run_person_person", "workspace_id", "person_id"),
)

workflow_step_run = Table(
    "workflow_step_run",
    metadata,
    workspace_column(),
    identifier("run_id", key=True),
    Column("step_no", Integer, primary_key=True, autoincrement=False),
    words("step_key", nullable=False),
    words("state", nullable=False),
    identifier("attempt_id"),
    Column("result", Json),
    words("error"),
    instant("started_at", nullable=False),
    instant("finished_at"),
    of_workspace(),
)

AUTOMATION_TABLES = (
    attempt,
    guard_window,
    guard_head,
    guard_log,
    guard_note,
    consent,
    automation_stop,
    hub_connection,
    action_mapping,
    rule_version,
    rule_signal,
    holdout,
    workflow,
    workflow_version,
    workflow_run,
    workflow_run_person,
    workflow_step_run,
)
