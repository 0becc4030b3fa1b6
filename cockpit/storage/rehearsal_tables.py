"""The table of rehearsals that were asked for on a screen: what is rehearsed, how far it is, what came of it."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from cockpit.storage.columns import (
    Json,
    identifier,
    instant,
    lookup,
    metadata,
    of_workspace,
    words,
    workspace_column,
)

rehearsal_run = Table(
    "rehearsal_run",
    metadata,
    workspace_column(),
    identifier("run_id", key=True),
    words("rule_key", nullable=False),
    words("what", nullable=False),  # rule | draft | version 3: what `spec` was when it was asked for
    Column("spec", Json, nullable=False),
    words("against"),  # the same of what it is compared with
    Column("against_spec", Json),
    Column("days", Integer, nullable=False),
    words("state", nullable=False),  # waiting | running | done | failed | cancelled
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    identifier("asked_by"),
    instant("asked_at", nullable=False),  # it looks back from here
    words("lease_owner"),
    instant("lease_until"),
    instant("finished_at"),
    Column("result", Json),
    words("error"),
    of_workspace(),
    lookup("ix_rehearsal_run_rule", "workspace_id", "rule_key", "asked_at"),
)

REHEARSAL_TABLES = (rehearsal_run,)
