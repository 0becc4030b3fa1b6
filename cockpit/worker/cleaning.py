"""Forgets what nobody will ask for again, a bounded piece at a time.

forget_old(cockpit, now) -> int
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cockpit.bootstrap import Cockpit
from cockpit.model.ids import WorkspaceId
from cockpit.storage.idempotency import delete_old_answers
from cockpit.storage.work_due import list_workspaces_with_old_answers

SECONDS = 3600.0
KEPT = timedelta(days=30)
AT_ONCE = 5_000


def forget_old(cockpit: Cockpit, now: datetime) -> int:
    """Delete the answers to idempotency keys that are older than a month; answers how many."""
    # all workspaces: the worker works for each of them
    with cockpit.db.read() as conn:
        ids = list_workspaces_with_old_answers(conn, now - KEPT)
    return sum(_forget(cockpit, workspace_id, now - KEPT) for workspace_id in ids)


def _forget(cockpit: Cockpit, workspace_id: WorkspaceId, before: datetime) -> int:
    """Delete in short transactions, so that requests need not wait for the end."""
    gone = 0
    while True:
        with cockpit.db.write(workspace_id) as conn:
            deleted = delete_old_answers(conn, workspace_id, before=before, limit=AT_ONCE)
        gone += deleted
        if deleted < AT_ONCE:
            return gone
