"""The worker's part of rehearsals: those that were asked for on a screen, one at a time.

rehearse_due(cockpit) -> int
"""

from __future__ import annotations

from datetime import UTC, datetime

from cockpit.automation.rehearsal_runs import work_off
from cockpit.bootstrap import Cockpit
from cockpit.storage.rehearsal_runs import list_workspaces_with_runs

SECONDS = 0.5


def rehearse_due(cockpit: Cockpit) -> int:
    """Take up the oldest of each workspace; answers how many came to an end."""
    # all workspaces: the worker works for each of them
    with cockpit.db.read() as conn:
        ids = list_workspaces_with_runs(conn)
    return sum(work_off(cockpit.db, workspace_id, _clock) is not None for workspace_id in ids)


def _clock() -> datetime:
    return datetime.now(UTC)
