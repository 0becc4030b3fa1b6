"""What a server does with a new database: somebody who starts it for the first time sees a demo, not an empty page."""

from __future__ import annotations

from datetime import datetime

from cockpit.bootstrap import Cockpit
from cockpit.ingestion.demo.seed import seed_demo
from cockpit.storage.workspaces import list_workspaces


def seed_when_empty(cockpit: Cockpit, now: datetime) -> bool:
    """Seed the demo workspace when there is no workspace at all and the settings allow it; answers whether it did."""
    if not cockpit.settings.demo:
        return False
    # all workspaces: whether there is any
    with cockpit.db.read() as conn:
        if list_workspaces(conn, limit=1):
            return False
    seed_demo(cockpit, now)
    return True
