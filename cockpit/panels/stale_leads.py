"""Stale Leads: quiet for longer than their own rhythm allows."""

from __future__ import annotations

from datetime import datetime

from cockpit.panels.panel import Panel, Row


def weight(row: Row, key: str, now: datetime) -> float:
    """How overdue times how warm; the key is its logarithm."""
    del now
    return float(round(2.0 ** row[key], 2))


STALE_LEADS = Panel(
    slug="stale_leads",
    title="Stale Leads",
    description="Open leads gone quiet for longer than their own rhythm allows, with no planned next step.",
    order="by how overdue times how warm they were",
    key="stale_key",
    rank_value=weight,
    empty_cause="No open lead is quieter than its own rhythm, or each has a planned next step.",
)
