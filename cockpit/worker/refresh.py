"""The worker's loop: keeps stored standings true, finishes what a crash left, wakes snoozed cards."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from threading import Event, Thread

from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError
from cockpit.ingestion.refresh import drain_pending, refresh_due
from cockpit.ingestion.unmatched import sweep_tray
from cockpit.model.ids import WorkspaceId
from cockpit.storage.workspaces import list_workspaces

log = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds a stop waits for the work at hand


def refresh_once(cockpit: Cockpit, now: datetime) -> int:
    """Do what is due in every workspace; answers how many people were done."""
    with cockpit.db.read() as conn:
        ids = [workspace.workspace_id for workspace in list_workspaces(conn)]
    return sum(_refresh_workspace(cockpit, workspace_id, now) for workspace_id in ids)


def _refresh_workspace(cockpit: Cockpit, workspace_id: WorkspaceId, now: datetime) -> int:
    done = 0
    while drained := drain_pending(cockpit, workspace_id, now):
        done += drained
    sweep_tray(cockpit, workspace_id, now)
    return done + refresh_due(cockpit, workspace_id, now)


class RefreshWorker:
    """A thread that refreshes again and again; one per process, started by the server's lifespan."""

    def __init__(self, cockpit: Cockpit, seconds: float | None = None) -> None:
        """Refresh every `seconds`, by default as the settings say."""
        self._cockpit = cockpit
        self._seconds = cockpit.settings.refresh_seconds if seconds is None else seconds
        self._stop = Event()
        self._thread = Thread(target=self._run, name="cockpit-refresh", daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the transaction at hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def _run(self) -> None:
        """Refresh until stopped; a failure is told once per round and tried again in the next."""
        while not self._stop.is_set():
            try:
                refresh_once(self._cockpit, datetime.now(UTC))
            except CockpitError as error:
                log.warning("Refresh failed and is tried again: %s", error)
            except Exception:  # the loop must outlive a bug in one round: stale panels are worse than a traceback
                log.exception("Refresh failed and is tried again")
            self._stop.wait(self._seconds)
