"""Leads Requiring Follow-up: it is our turn."""

from __future__ import annotations

from datetime import datetime

from cockpit.panels.panel import Panel, Row


def minutes_overdue(row: Row, key: str, now: datetime) -> float:
    """Minutes since the response target passed; below zero while there is time left."""
    return float(round((now.timestamp() + row[key]) / 60.0, 1))


FOLLOW_UP_REQUIRED = Panel(
    slug="follow_up_required",
    title="Leads Requiring Follow-up",
    description="An inbound or missed contact has no later answer from us.",
    order="by minutes overdue, then priority",
    key="follow_up_key",
    rank_value=minutes_overdue,
    ties=("total",),
    empty_cause="Every inbound contact has an answer.",
)
