"""Keep stored standings true as time passes: rows that are due, cards that wake up, people an import left waiting."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from cockpit.ingestion.counters import recount
from cockpit.ingestion.receive import WithDatabase
from cockpit.ingestion.restate import refresh_people, restate
from cockpit.ingestion.rulebook import get_rulebook
from cockpit.model.ids import WorkspaceId
from cockpit.storage.pending import count_pending, delete_pending, list_pending
from cockpit.storage.scores import list_due
from cockpit.storage.suggestions import list_woken
from cockpit.storage.workspaces import replace_data_version

PEOPLE_AT_ONCE = 20_000
LOCKED_AT_ONCE = 250  # refreshed beside requests: who posts signals of the same people waits so long


def refresh_due(cockpit: WithDatabase, workspace_id: WorkspaceId, now: datetime, limit: int = 5_000) -> int:
    """Compute the standings that are due again, and wake snoozed cards; answers how many people were done."""
    with cockpit.db.read(workspace_id) as conn:
        due = list_due(conn, workspace_id, now, limit=limit)["person_id"]
        woken = list_woken(conn, workspace_id, now, limit=limit)
    people = pl.concat([due, woken]).unique().sort()
    if people.is_empty():
        return 0
    for start in range(0, people.len(), LOCKED_AT_ONCE):
        with cockpit.db.write(workspace_id) as conn:
            refresh_people(conn, workspace_id, people.slice(start, LOCKED_AT_ONCE), now)
            replace_data_version(conn, workspace_id)
    return people.len()


def drain_pending(cockpit: WithDatabase, workspace_id: WorkspaceId, now: datetime, limit: int = PEOPLE_AT_ONCE) -> int:
    """Restate the next people who wait for it; the last ones have the counters of members counted anew."""
    with cockpit.db.write(workspace_id) as conn:
        people = list_pending(conn, workspace_id, limit)
        if people.is_empty():
            return 0
        restate(conn, workspace_id, people, now)
        delete_pending(conn, workspace_id, people)
        replace_data_version(conn, workspace_id)
        if count_pending(conn, workspace_id) == 0:
            recount(conn, workspace_id, get_rulebook(conn, workspace_id).catalogue)
    return people.len()
