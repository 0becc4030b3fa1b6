"""The tray of signals that speak of nobody: looked through again, in case the person came in another transaction."""

from __future__ import annotations

from datetime import datetime

from cockpit.ingestion.receive import WithDatabase, follow
from cockpit.ingestion.take import bring_home
from cockpit.model.ids import WorkspaceId
from cockpit.storage.unmatched import count_unmatched, list_unmatched

PAGE = 5_000


def sweep_tray(cockpit: WithDatabase, workspace_id: WorkspaceId, now: datetime) -> int:
    """Match every parked signal whose person is known by now; answers how many came home."""
    home = 0
    after: tuple[str, str] | None = None
    with cockpit.db.read(workspace_id) as conn:
        if not count_unmatched(conn, workspace_id):
            return 0
    while True:
        with cockpit.db.write(workspace_id) as conn:
            page = list_unmatched(conn, workspace_id, limit=PAGE, after=after)
            if page.is_empty():
                return home
            new = bring_home(conn, workspace_id, page["match_key"], now)
            follow(conn, workspace_id, new, now)
        home += new.height
        after = (page["source"][-1], page["source_event_id"][-1])
