"""Compute everybody anew: from the stored evidence, or from the signals themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cockpit.ingestion.receive import WithDatabase
from cockpit.ingestion.refresh import PEOPLE_AT_ONCE, drain_pending
from cockpit.ingestion.restate import refresh_people
from cockpit.model.ids import WorkspaceId
from cockpit.storage.pending import count_pending, insert_everybody
from cockpit.storage.people import count_people, list_person_ids_after
from cockpit.storage.workspaces import replace_data_version

Progress = Callable[[int, int], None]  # people done, people in all


def rescore(
    cockpit: WithDatabase,
    workspace_id: WorkspaceId,
    now: datetime,
    progress: Progress | None = None,
    *,
    from_signals: bool = False,
    people_at_once: int = PEOPLE_AT_ONCE,
) -> int:
    """Compute the standing of every person; answers how many.

    From the signals it can be broken off at any moment: the people left are in a list that the next run, or the
    worker, goes on with.
    """
    if from_signals:
        return _replayed(cockpit, workspace_id, now, progress, people_at_once=people_at_once)
    done, after = 0, None
    with cockpit.db.read(workspace_id) as conn:
        total = count_people(conn, workspace_id)
    while True:
        with cockpit.db.write(workspace_id) as conn:
            people = list_person_ids_after(conn, workspace_id, after, people_at_once)
            if people.is_empty():
                return done
            refresh_people(conn, workspace_id, people, now)
            replace_data_version(conn, workspace_id)
        done, after = done + people.len(), str(people[-1])
        if progress:
            progress(done, total)


def _replayed(
    cockpit: WithDatabase, workspace_id: WorkspaceId, now: datetime, progress: Progress | None, *, people_at_once: int
) -> int:
    with cockpit.db.write(workspace_id) as conn:
        if count_pending(conn, workspace_id) == 0:  # else an earlier run was broken off: go on with it
            insert_everybody(conn, workspace_id)
        total = count_pending(conn, workspace_id)
    done = 0
    while drained := drain_pending(cockpit, workspace_id, now, people_at_once):
        done += drained
        if progress:
            progress(done, total)
    return done
