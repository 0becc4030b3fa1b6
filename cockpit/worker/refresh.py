"""The worker's loop: keeps stored standings true, finishes what a crash left, wakes snoozed cards."""

from __future__ import annotations

from datetime import datetime

from cockpit.bootstrap import Cockpit
from cockpit.ingestion.refresh import drain_pending, refresh_due
from cockpit.ingestion.unmatched import sweep_tray
from cockpit.model.ids import WorkspaceId
from cockpit.storage.work_due import list_workspaces_with_work
from cockpit.worker.loop import Loop


def refresh_once(cockpit: Cockpit, now: datetime) -> int:
    """Do what is due, in whichever workspace; answers how many people were done."""
    # all workspaces: the worker works for each of them
    with cockpit.db.read() as conn:
        ids = list_workspaces_with_work(conn, now)
    return sum(_refresh_workspace(cockpit, workspace_id, now) for workspace_id in ids)


def _refresh_workspace(cockpit: Cockpit, workspace_id: WorkspaceId, now: datetime) -> int:
    done = 0
    while drained := drain_pending(cockpit, workspace_id, now):
        done += drained
    sweep_tray(cockpit, workspace_id, now)
    return done + refresh_due(cockpit, workspace_id, now)


class RefreshWorker(Loop):
    """A thread that refreshes again and again."""

    def __init__(self, cockpit: Cockpit, seconds: float | None = None) -> None:
        """Refresh every `seconds`, by default as the settings say."""
        every = cockpit.settings.refresh_seconds if seconds is None else seconds
        super().__init__("refresh", lambda now: refresh_once(cockpit, now), every)
