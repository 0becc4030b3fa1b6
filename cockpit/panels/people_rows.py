"""From the first people of a panel to the rows it hands out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from cockpit.model.panel import PanelRow, PanelRows, SuggestedAction
from cockpit.panels.panel import Panel, Row
from cockpit.panels.setting import Setting
from cockpit.panels.stage import Stage, first
from scoring.actions.registry import ACTIONS, TYPES_READ
from scoring.phrases import name_of, opening
from scoring.reach import blocked_reason, local_time, no_call_because, quiet_hours
from scoring.suggest import rank_at, reason
from scoring.why import why

# What no sentence is made from; instants are the dearest things to turn into objects.
UNTOLD = (
    *(f"at:{name}" for name in TYPES_READ),
    *("created_at", "computed_at", "stored_at", "stored_due_at"),
    *("asked_at", "opted_out_at", "last_outbound_at", "attributes"),
)


def people_panel(stage: Stage, panel: Panel) -> PanelRows:
    """The rows of a panel of people."""
    return people_panels(stage, [panel])[panel.slug]


def people_panels(stage: Stage, panels: Sequence[Panel]) -> dict[str, PanelRows]:
    """The rows of several panels of people; whoever is on more than one is looked at once."""
    places = {panel.slug: first(stage, panel).to_list() for panel in panels}
    shown = {person for ids in places.values() for person in ids[: stage.limit]}
    people = stage.people.filter(pl.col("person_id").is_in(list(shown)))
    rows = {row["person_id"]: row for row in told(stage.setting, people, stage.now)}
    return {panel.slug: _panel(stage, panel, places[panel.slug], rows) for panel in panels}


def _panel(stage: Stage, panel: Panel, ids: list[str], people: Mapping[str, Row]) -> PanelRows:
    rows = tuple(panel_row(stage.setting, panel, people[person], stage.now) for person in ids[: stage.limit])
    cause = None if rows else panel.empty_cause
    return PanelRows(panel.slug, stage.now, rows, more=len(ids) > stage.limit, empty_cause=cause)


def told(setting: Setting, people: pl.DataFrame, now: datetime) -> list[dict[str, Any]]:
    """The rows of a frame with what sentences are made from."""
    columns = people.select(pl.exclude(UNTOLD)).to_dict(as_series=False)
    return [_told(setting, dict(zip(columns, row, strict=True)), now) for row in zip(*columns.values(), strict=True)]


def _told(setting: Setting, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    row["titles"] = setting.titles
    key = row["follow_up_key"]
    row["overdue_minutes"] = None if key is None else round((now.timestamp() + key) / 60.0, 1)
    card = {**row, "evidence_type": row["card_evidence_type"], "evidence_at": row["card_evidence_at"]}
    row["card_reason"] = (
        None if row["rank_key"] is None else reason(row["card_action_type"], row["card_situation"], card, now)
    )
    return row


def panel_row(setting: Setting, panel: Panel, row: Mapping[str, Any], now: datetime) -> PanelRow:
    """One person as a row."""
    key = panel.key or "priority_key"
    may_call = can_call(setting, row, now)
    return PanelRow(
        person_id=row["person_id"],
        external_id=row["external_id"],
        name=row["name"],
        rank_value=panel.rank_value(row, key, now),
        why=why(panel.slug, row, now),
        company=row["company"],
        owner=row["owner"],
        owner_id=row["owner_id"],
        suggested_action=suggested_action(setting, row, now),
        score=row["priority"],
        band=row["band"],
        engagement=row["engagement"],
        intent=row["intent"],
        fit=row["fit"],
        lifecycle=row["lifecycle"],
        value=row["value"],
        last_touch_at=row["last_at"],
        last_touch=opening(name_of(row["last_type"], setting.titles)) if row["last_type"] else None,
        time_zone=row["time_zone"],
        local_time=local_time(now, row["time_zone"]),
        can_call=may_call,
        no_call_because=None if may_call is not False else no_call_because(now, setting.places_of(row), setting.quiet),
        crosses_at=row["crosses_at"],
        crosses_to=row["crosses_to"],
        overdue_minutes=row["overdue_minutes"],
        quiet_days=None if row["last_at"] is None else round((now - row["last_at"]) / timedelta(days=1), 1),
    )


def suggested_action(setting: Setting, row: Mapping[str, Any], now: datetime) -> SuggestedAction | None:
    """The card of a person, with what stands in its way."""
    if row["rank_key"] is None:
        return None
    return SuggestedAction(
        action_id=row["card_action_key"],
        type=row["card_action_type"],
        title=ACTIONS[row["card_action_type"]].title,
        channel=row["card_channel"],
        reason=row["card_reason"],
        rank=round(rank_at(row["rank_key"], now), 2),
        urgency=row["card_urgency"],
        effect=row["card_effect"],
        effort=row["card_effort"],
        evidence_type=row["card_evidence_type"],
        evidence_at=row["card_evidence_at"],
        expires_at=row["card_expires_at"],
        blocked_reason=blocked(setting, row, now),
    )


def can_call(setting: Setting, row: Mapping[str, Any], now: datetime) -> bool | None:
    """Whether the hour is right for a call; None when nobody knows where the person is."""
    if row["time_zone"] is None:
        return None
    return quiet_hours(now, setting.places_of(row), setting.quiet, "phone") is None


def blocked(setting: Setting, row: Mapping[str, Any], now: datetime) -> str | None:
    """Why the person cannot be reached on the card's channel now."""
    return blocked_reason(
        row["card_channel"],
        now,
        do_not_contact=row["do_not_contact"],
        has_phone=row["has_phone"],
        has_email=row["has_email"],
        places=setting.places_of(row),
        quiet=setting.quiet,
    )
