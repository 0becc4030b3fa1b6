"""Team Activity: what each member did in the last seven days."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from cockpit.model.ids import ANY_MEMBER
from cockpit.model.panel import DayActivity, MemberActivity, PanelRow, PanelRows
from cockpit.panels.panel import Panel
from cockpit.panels.stage import Stage
from cockpit.storage.activity import list_member_days, list_visible_signals
from cockpit.storage.database import Connection
from cockpit.storage.members import list_members
from scoring.activity import counts_of, days_of
from scoring.phrases import span

DAYS = 7
SLUG = "team_activity"
EMPTY = "No member owns people with signals in the last seven days."


def read(conn: Connection, stage: Stage) -> PanelRows:
    """The rows of the panel."""
    days = _days(conn, stage)
    if stage.owner_id not in (None, ANY_MEMBER):
        days = days.filter(pl.col("member_id") == str(stage.owner_id))
    return team_panel(days, stage)


def _span(now: datetime) -> tuple[date, date]:
    return (now - timedelta(days=DAYS - 1)).date(), now.date()


def _days(conn: Connection, stage: Stage) -> pl.DataFrame:
    """The days of members as they were counted while signals arrived, or counted again from the signals."""
    if stage.history is not None:
        return _recounted(conn, stage, stage.history, stage.people.select("person_id", "owner_id"))
    if stage.scope is not None and not stage.scope.with_system:
        # The days were counted with people who are hidden here.
        seen = list_visible_signals(conn, stage.setting.workspace_id, scope=stage.scope)
        return _recounted(conn, stage, seen.drop("owner_id"), seen.select("person_id", "owner_id").unique())
    since, until = _span(stage.now)
    return list_member_days(conn, stage.setting.workspace_id, since=since, until=until, scope=stage.scope)


def _recounted(conn: Connection, stage: Stage, history: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """The days of members, counted again from the signals."""
    counts = counts_of(history, owners, stage.setting.catalogue).filter(pl.col("day").is_between(*_span(stage.now)))
    names = {str(one.member_id): one.name for one in list_members(conn, stage.setting.workspace_id)}
    named = pl.col("member_id").replace_strict(names, default=None, return_dtype=pl.String)
    return days_of(counts).with_columns(named.alias("name"))


def team_panel(days: pl.DataFrame, stage: Stage) -> PanelRows:
    """The rows of the panel from one row per member and day, with the member's name."""
    members: dict[str, list[dict[str, Any]]] = {}
    for row in days.sort("day", descending=True).iter_rows(named=True):
        members.setdefault(row["member_id"], []).append(row)
    rows = [_member_row(member_id, found) for member_id, found in members.items()]
    ordered = sorted(rows, key=lambda row: (-(row.rank_value or 0), row.name, row.owner_id or ""))
    cause = None if ordered else EMPTY
    return PanelRows(SLUG, stage.now, tuple(ordered[: stage.limit]), len(ordered) > stage.limit, cause)


def _member_row(member_id: str, found: list[dict[str, Any]]) -> PanelRow:
    activity = MemberActivity(
        actions=sum(row["actions"] for row in found),
        replies=sum(row["replies"] for row in found),
        bookings=sum(row["bookings"] for row in found),
        median_response_minutes=_median(_minutes(row) for row in found),
        days=tuple(
            DayActivity(row["day"], row["actions"], row["replies"], row["bookings"], _median([_minutes(row)]))
            for row in found
        ),
    )
    return PanelRow(
        person_id=None,
        external_id=None,
        name=found[0]["name"],
        rank_value=float(activity.actions),
        why=_sentence(activity),
        owner_id=member_id,
        activity=activity,
    )


def _minutes(row: Mapping[str, Any]) -> dict[int, int]:
    """The histogram of a day: minutes -> how many answers took that long."""
    given = row["response_minutes"]
    counts = json.loads(given) if isinstance(given, str) else given or {}
    return {int(minutes): int(count) for minutes, count in counts.items()}


def _median(histograms: Iterable[Mapping[int, int]]) -> float | None:
    """The lower median of all answers."""
    total: dict[int, int] = {}
    for histogram in histograms:
        for minutes, count in histogram.items():
            total[minutes] = total.get(minutes, 0) + count
    left = (sum(total.values()) + 1) // 2
    for minutes in sorted(total):
        left -= total[minutes]
        if left <= 0:
            return float(minutes)
    return None


def _sentence(activity: MemberActivity) -> str:
    median = activity.median_response_minutes
    answer = "no answers to measure" if median is None else f"answers in {span(timedelta(minutes=median))}"
    return f"{activity.actions:,} actions, {activity.replies:,} replies, {activity.bookings:,} bookings, {answer}."


TEAM_ACTIVITY = Panel(
    slug=SLUG,
    title="Team Activity",
    description="Members of the workspace: actions, replies, bookings and median response time of the last seven days.",
    order="by actions",
    empty_cause=EMPTY,
    read=read,
)
