"""One plain sentence of at most twelve words: why this person is on this panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from scoring.actions.action import Row
from scoring.phrases import ago, fitting, inside, name_of, opening, span, until, within


def why(panel_slug: str, row: Row, now: datetime) -> str:
    """The sentence beside the row."""
    return within(_SENTENCES.get(panel_slug, _priority)(row, now))


def _event(row: Row, signal_type: str, instant: str, now: datetime) -> str:
    return f"{opening(name_of(row[signal_type], row['titles']))} {ago(row[instant], now)}"


def _priority(row: Row, now: datetime) -> str:
    if row["turn"] == "us" and row["waiting_since"] is not None:
        return f"{_event(row, 'waiting_type', 'waiting_since', now)}, our turn."
    if row["next_step_at"] is not None and row["next_step_at"] > now:
        return f"Next step {until(row['next_step_at'], now)}."
    if row["last_inbound_at"] is not None:
        return fitting(_event(row, "last_inbound_type", "last_inbound_at", now), _days(row["inbound_days"]))
    if row["last_at"] is not None:
        return fitting(_event(row, "last_type", "last_at", now), _days(row["contact_days"]))
    return "No signals yet: ranked by profile alone."


def _days(count: int | None) -> str:
    return f", {count:,} days of contact" if count is not None and count > 1 else ""


def _suggested(row: Row, now: datetime) -> str:
    reason = row["card_reason"]
    return reason if isinstance(reason, str) else _priority(row, now)


def _hot(row: Row, now: datetime) -> str:
    inbound = row["last_inbound_at"] is not None
    kind, at = ("last_inbound_type", "last_inbound_at") if inbound else ("last_type", "last_at")
    if row["crosses_at"] is None or row["crosses_to"] == "hot" or row["crosses_at"] <= now:
        return f"{_event(row, kind, at, now)}."
    return fitting(_event(row, kind, at, now), f"; hot for {span(row['crosses_at'] - now)} more")


def _follow_up(row: Row, now: datetime) -> str:
    name = opening(name_of(row["waiting_type"], row["titles"]))
    overdue = timedelta(minutes=row["overdue_minutes"] or 0.0)
    if overdue < timedelta(0):
        return f"{name} {ago(row['waiting_since'], now)}, answer due in {span(-overdue)}."
    return f"{name} waits for our answer, {span(overdue)} overdue."


def _stale(row: Row, now: datetime) -> str:
    quiet = f"Quiet for {span(now - row['last_at'])}" if row["last_at"] is not None else "Quiet"
    rhythm = _rhythm(row)
    return f"{quiet}, used to be in touch every {span(rhythm)}." if rhythm else f"{quiet} after a single contact."


def _rhythm(row: Row) -> timedelta | None:
    """The mean time between days of contact."""
    days = row["contact_days"] or 0
    if days < 2 or row["first_at"] is None:
        return None
    mean: timedelta = (row["last_at"] - row["first_at"]) / (days - 1)
    return max(mean, timedelta(hours=1))


def _reconnect(row: Row, now: datetime) -> str:
    if row["last_at"] is None:
        return "Once engaged, quiet since."
    quiet = f"Quiet since {inside(_event(row, 'last_type', 'last_at', now))}"
    return fitting(quiet, _days(row["contact_days"]))


def _recent(row: Row, now: datetime) -> str:
    return f"{_event(row, 'last_inbound_type', 'last_inbound_at', now)}."


_SENTENCES: Mapping[str, Callable[[Row, datetime], str]] = MappingProxyType(
    {
        "priority_leads": _priority,
        "suggested_actions": _suggested,
        "hot_leads": _hot,
        "follow_up_required": _follow_up,
        "stale_leads": _stale,
        "reconnect_recent": _reconnect,
        "reconnect_oldies": _reconnect,
        "recently_engaged": _recent,
    }
)
