"""The rows of a panel as a table: what is drawn, column by column. No frame here is ever an argument of a cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from cockpit.model.panel import PanelRow
from cockpit.ui.rank import HELP, TITLES, rank_words
from cockpit.ui.words import age, local_time, plain, trend

WIDE = frozenset({"priority_leads", "suggested_actions"})  # drawn over the whole width
SOMETIMES = ("Company", "Owner")
Histories = Mapping[str, Sequence[float | None]]
Columns = dict[str, Any]


def people_table(slug: str, rows: Sequence[PanelRow], histories: Histories, now: datetime) -> pd.DataFrame:
    """One line per person. Trend says in words what the sparkline draws; what nobody has takes no column."""
    lines = [_line(slug, row, list(histories.get(row.person_id or "", ())), now) for row in rows]
    return pd.DataFrame(lines).drop(columns=[name for name in SOMETIMES if not any(line[name] for line in lines)])


def people_columns(slug: str) -> Columns:
    """How the columns of `people_table` are drawn; the widths let the reason be read in half a screen."""
    column = st.column_config
    wide = slug in WIDE
    own = {} if slug == "priority_leads" else {TITLES[slug]: column.TextColumn(width=82, help=HELP.get(slug))}
    return {
        "Person": column.TextColumn(pinned=True, width=160 if wide else 124),
        **own,
        "Why now": column.TextColumn(width=340 if wide else 290),
        "Score": column.ProgressColumn(format="%.0f", min_value=0, max_value=100, width=100),
        "Suggested action": column.TextColumn(width=150),
        "30 days": column.LineChartColumn(y_min=0, y_max=100, width=110, help="The score over the last 30 days"),
        "Trend": column.TextColumn(width=64, help="Change of the score over 30 days"),
        "Local time": column.TextColumn(width=90, help="The clock where the person lives"),
    }


def team_table(rows: Sequence[PanelRow]) -> pd.DataFrame:
    """One line per member."""
    return pd.DataFrame(
        [
            {
                "Member": plain(row.name),
                "Actions": row.activity.actions if row.activity else 0,
                "Replies": row.activity.replies if row.activity else 0,
                "Bookings": row.activity.bookings if row.activity else 0,
                "Median response": _minutes(row.activity.median_response_minutes if row.activity else None),
                "Actions per day": [day.actions for day in reversed(row.activity.days)] if row.activity else [],
                "In short": plain(row.why),
            }
            for row in rows
        ]
    )


def team_columns() -> Columns:
    """How the columns of `team_table` are drawn."""
    column = st.column_config
    return {
        "Member": column.TextColumn(pinned=True, width="medium"),
        "Actions per day": column.BarChartColumn(width="small"),
        "In short": column.TextColumn(width="large"),
    }


def rules_table(rows: Sequence[PanelRow]) -> pd.DataFrame:
    """One line per automation rule."""
    return pd.DataFrame(
        [
            {
                "Rule": plain(row.name),
                "Would act on": row.outlook.would_act_text if row.outlook else "",
                "Blocked": row.outlook.blocked if row.outlook else 0,
                "State": _state(row),
                "In short": plain(row.why),
            }
            for row in rows
        ]
    )


def rules_columns() -> Columns:
    """How the columns of `rules_table` are drawn."""
    column = st.column_config
    return {
        "Rule": column.TextColumn(pinned=True, width="medium"),
        "Would act on": column.TextColumn(width="small"),
        "Blocked": column.NumberColumn(width="small"),
        "In short": column.TextColumn(width="large"),
    }


def _line(slug: str, row: PanelRow, history: list[float | None], now: datetime) -> dict[str, Any]:
    touched = f"{row.last_touch or 'Touch'} · {age(row.last_touch_at, now)}" if row.last_touch_at else "none yet"
    own = {} if slug == "priority_leads" else {TITLES[slug]: rank_words(slug, row, now)}
    score = {"Score": row.score}
    first, later = (score, {}) if slug == "priority_leads" else (own, score)
    return {
        "Person": plain(row.name),
        **first,
        "Why now": plain(row.why),
        **later,
        "Suggested action": plain(row.suggested_action.title) if row.suggested_action else "",
        "30 days": [value for value in history if value is not None] or None,  # the column draws no gaps
        "Trend": trend(history) if history else "",
        "Company": plain(row.company),
        "Owner": plain(row.owner),
        "Last touch": touched,
        "Local time": local_time(row.time_zone, now),
    }


def _minutes(minutes: float | None) -> str:
    return "no data" if minutes is None else f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _state(row: PanelRow) -> str:
    if row.outlook is None:
        return ""
    return "Auto-run" if row.outlook.auto_execute else "Enabled" if row.outlook.enabled else row.outlook.status.title()
