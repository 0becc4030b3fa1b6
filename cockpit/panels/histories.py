"""How the scores of a few people came to be over the last days: one replay for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.panels.setting import get_setting
from cockpit.storage.database import Database
from cockpit.storage.panel_people import list_panel_facts
from cockpit.storage.signals import list_signals
from scoring.whatif import history


def histories(
    db: Database,
    workspace_id: WorkspaceId,
    person_ids: Sequence[str],
    *,
    now: datetime,
    days: int,
    points: int,
    as_of: datetime | None = None,
    scope: Scope | None = None,
) -> dict[str, list[float | None]]:
    """The priority of each person at evenly spaced instants, oldest first and `now` last; None where no data was.

    `as_of` is `now` when that is past: the weights are those that counted then.
    """
    if not person_ids:
        return {}
    instants = evenly(now, days=days, points=points)
    with db.read(workspace_id, scope) as conn:
        setting = get_setting(conn, workspace_id, as_of)
        facts = list_panel_facts(conn, workspace_id, person_ids, scope=scope)
        signals = list_signals(conn, workspace_id, person_ids, before=now, scope=scope)
    told = history(signals, facts, setting.model, setting.catalogue, instants).sort("person_id", "as_of")
    return {str(one["person_id"][0]): one["priority"].to_list() for one in told.partition_by("person_id")}


def evenly(until: datetime, *, days: int, points: int) -> list[datetime]:
    """Evenly spaced instants, oldest first."""
    return [until - timedelta(days=days) * (points - 1 - at) / (points - 1) for at in range(points)]
