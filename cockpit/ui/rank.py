"""The number a panel is ordered by, as a person reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cockpit.model.panel import PanelRow
from cockpit.ui.words import age, span

TITLES = {
    "priority_leads": "Score",
    "suggested_actions": "Rank",
    "hot_leads": "Heat",
    "follow_up_required": "Overdue",
    "stale_leads": "Quiet for",
    "reconnect_recent": "Chance",
    "reconnect_oldies": "Chance",
    "recently_engaged": "Inbound",
    "team_activity": "Actions",
    "automation_suggestions": "Would act on",
}
HELP = {
    "suggested_actions": "Urgency, effect and effort in one number; it halves every two days",
    "hot_leads": "Decayed sum of the signals of this person",
    "follow_up_required": "Time past the response target",
    "reconnect_recent": "Log-odds of coming back: each 0.7 doubles the odds",
    "reconnect_oldies": "Log-odds of coming back, raised by the value of the person",
}


def rank_words(slug: str, row: PanelRow, now: datetime) -> str:
    """The row's number in words."""
    if slug == "automation_suggestions" and row.outlook:
        return row.outlook.would_act_text
    if slug == "follow_up_required" and row.overdue_minutes is not None:
        length = span(timedelta(minutes=row.overdue_minutes))
        return length if row.overdue_minutes >= 0 else f"in {length}"
    if slug == "stale_leads" and row.quiet_days is not None:
        return span(timedelta(days=row.quiet_days))
    if slug == "recently_engaged" and row.rank_value is not None:
        return age(datetime.fromtimestamp(row.rank_value, UTC), now)
    return _number(row.score if slug == "priority_leads" else row.rank_value)


def _number(value: float | None) -> str:
    if value is None:
        return "no data"
    return f"{value:.0f}" if abs(value) >= 10 else f"{value + 0.0:.1f}".replace("-0.0", "0.0")
