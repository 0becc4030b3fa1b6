"""The number a panel is ordered by, as a person reads it."""

from __future__ import annotations

from datetime import timedelta

from cockpit.model.panel import PanelRow
from cockpit.ui.words import span

TITLES = {
    "priority_leads": "Priority",
    "suggested_actions": "Rank",
    "hot_leads": "Heat",
    "follow_up_required": "Overdue",
    "stale_leads": "Quiet for",
    "reconnect_recent": "Chance",
    "reconnect_oldies": "Chance x value",
    "recently_engaged": "Last inbound",
    "team_activity": "Actions, 7 days",
    "automation_suggestions": "Would act on",
}


def rank_words(slug: str, row: PanelRow) -> str:
    """The row's number in words."""
    if slug == "automation_suggestions" and row.outlook:
        return row.outlook.would_act_text
    if slug == "follow_up_required" and row.overdue_minutes is not None:
        length = span(timedelta(minutes=row.overdue_minutes))
        return f"{length} overdue" if row.overdue_minutes >= 0 else f"due in {length}"
    if slug == "stale_leads" and row.quiet_days is not None:
        return f"{span(timedelta(days=row.quiet_days))} quiet"
    if slug == "recently_engaged":
        return "" if row.score is None else f"{row.score:.0f}"
    value = row.score if slug == "priority_leads" else row.rank_value
    return "no data" if value is None else f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}"
