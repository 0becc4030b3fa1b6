"""Hot Leads: who is warm right now."""

from __future__ import annotations

from datetime import datetime

from cockpit.panels.panel import Panel, Row
from scoring.accumulate import HEAT_HALF_LIFE_DAYS

DAY_SECONDS = 86_400.0


def heat(row: Row, key: str, now: datetime) -> float:
    """The decayed sum of signals now; the key is its logarithm, moved so that it does not change with time."""
    return float(round(2.0 ** (row[key] - now.timestamp() / DAY_SECONDS / HEAT_HALF_LIFE_DAYS), 2))


HOT_LEADS = Panel(
    slug="hot_leads",
    title="Hot Leads",
    description="People in the hot band.",
    order="by heat",
    key="hot_key",
    rank_value=heat,
    empty_cause="Nobody is in the hot band at the moment.",
)
