"""One person as a row, at an instant: the same numbers, sentence and card as on the panels, also for people on none."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cockpit.errors import NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.model.panel import PanelRow
from cockpit.model.viewer import Scope
from cockpit.panels.panel import Row
from cockpit.panels.people_rows import panel_row, told
from cockpit.panels.priority_leads import PRIORITY_LEADS
from cockpit.panels.setting import get_setting
from cockpit.panels.stage import of_people
from cockpit.storage.database import Database


def _score(row: Row, key: str, now: datetime) -> float:
    """The score, which people on no panel have as well."""
    del key, now
    return float(row["priority"] or 0.0)


ANYBODY = replace(PRIORITY_LEADS, rank_value=_score)


def person_row(
    db: Database, workspace_id: WorkspaceId, person_id: str, *, now: datetime, scope: Scope | None = None
) -> PanelRow:
    """The row of one person.

    Raises:
        NotFound: there is no such person.
    """
    with db.read(workspace_id, scope) as conn:
        setting = get_setting(conn, workspace_id, None)
        people = of_people(conn, setting, [person_id], now, scope=scope)
    if people.is_empty():
        raise NotFound("There is no such person in this workspace.")
    return panel_row(setting, ANYBODY, told(setting, people, now)[0], now)
