"""The worker's part of the guard log: what could not be written at once is written down soon.

write_notes(cockpit) -> int
"""

from __future__ import annotations

from cockpit.automation.notes import write_down
from cockpit.bootstrap import Cockpit
from cockpit.storage.guard_notes import list_workspaces_with_guard_notes

SECONDS = 1.0


def write_notes(cockpit: Cockpit) -> int:
    """Write down what waits, in every workspace; answers how many entries that made."""
    # all workspaces: the worker works for each of them
    with cockpit.db.read() as conn:
        ids = list_workspaces_with_guard_notes(conn)
    return sum(write_down(cockpit.db, workspace_id) for workspace_id in ids)
