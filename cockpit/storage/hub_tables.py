"""The table of engagements: what the Hub told of each outreach, and of each contact that came by itself."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from cockpit.storage.columns import Json, identifier, instant, lookup, metadata, of_workspace, words, workspace_column

engagement = Table(
    "engagement",
    metadata,
    workspace_column(),
    words("engagement_id", key=True),  # the Hub's
    identifier("person_id"),  # null until somebody is known to be meant
    identifier("attempt_id"),  # ours that asked for it
    words("channel"),
    words("direction"),
    words("contact"),  # the number or address
    words("status"),  # as the Hub says it
    words("outcome"),  # as the Hub says it
    words("state", nullable=False),  # the status in our words; unknown for one that we have no word for
    words("result"),  # the outcome in our words
    words("summary"),
    instant("started_at"),
    instant("completed_at"),
    instant("told_at", nullable=False),  # when the newest update was sent
    Column("updates", Integer, nullable=False),
    Column("signals", Json, nullable=False),  # the types that were made of it: each once
    Column("body", Json, nullable=False),  # the newest update whole, with history and transcript
    instant("created_at", nullable=False),
    instant("updated_at", nullable=False),
    of_workspace(),
    lookup("ix_engagement_person", "workspace_id", "person_id", sparse="person_id"),
)

HUB_TABLES = (engagement,)
