"""Suggested Actions: the best next step for each person."""

from __future__ import annotations

from datetime import datetime

from cockpit.panels.panel import Panel, Row
from scoring.suggest import rank_at


def rank(row: Row, key: str, now: datetime) -> float:
    """The rank now: it halves every two days, the same for everybody."""
    return round(rank_at(row[key], now), 2)


SUGGESTED_ACTIONS = Panel(
    slug="suggested_actions",
    title="Suggested Actions",
    description="Open suggestions, the best one of each person.",
    order="by urgency, expected effect and effort",
    key="rank_key",
    rank_value=rank,
    empty_cause="Nothing waits for us: every suggestion was done, snoozed or dismissed, or none applies.",
)
