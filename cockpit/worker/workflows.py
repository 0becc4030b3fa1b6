"""The worker's part of workflows: runs that are due are taken on, in every workspace.

WorkflowWorker(cockpit).round() -> int
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final
from uuid import uuid4

from cockpit.automation.workflows.engine import run_due
from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError
from cockpit.model.ids import WorkspaceId
from cockpit.storage.outbox import Lease
from cockpit.storage.workflow_runs import list_workspaces_with_due_runs
from cockpit.worker.clock import DatabaseClock

log = logging.getLogger(__name__)
SECONDS: Final = 1.0
LEASE: Final = timedelta(seconds=60)
AT_ONCE: Final = 20


class WorkflowWorker:
    """One worker of any number, by the clock of the database."""

    def __init__(self, cockpit: Cockpit) -> None:
        """Work on this cockpit."""
        self._db = cockpit.db
        self._clock = DatabaseClock(cockpit.db)

    def round(self) -> int:
        """Take on what is due; answers how many steps were taken."""
        with self._db.read() as conn:
            # all workspaces: the worker works for each of them
            due = list_workspaces_with_due_runs(conn, self._clock.now())
        return sum(self._tried(workspace_id) for workspace_id in due)

    def _tried(self, workspace_id: WorkspaceId) -> int:
        """What fails in one workspace holds up no other."""
        lease = Lease(f"workflows:{uuid4().hex}", self._clock.now() + LEASE)
        try:
            return run_due(self._db, workspace_id, lease, self._clock.now, AT_ONCE)
        except CockpitError as error:
            log.warning("The workflows of a workspace were put off: %s", error)
            return 0
