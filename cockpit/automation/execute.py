"""Somebody clicks: one outreach, reserved for ten seconds, then carried out by a worker.

execute(db, viewer, wish, now, also=None) -> Reserved
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cockpit.automation.reserve import Also, Reserved, reserve
from cockpit.automation.wish import Wish
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Database
from cockpit.storage.people import get_person


def execute(db: Database, viewer: Viewer, wish: Wish, now: datetime, also: Also | None = None) -> Reserved:
    """Reserve what somebody asked for, or block it and say why; `also` runs in the transaction that reserves.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such person on their side of the wall.
    """
    viewer.check(Permission.DECIDE)
    with db.read(viewer.workspace_id, viewer.scope) as conn:
        get_person(conn, viewer.workspace_id, wish.person_id, scope=viewer.scope)
    return reserve(db, viewer.workspace_id, of_viewer(wish, viewer), now, also)


def of_viewer(wish: Wish, viewer: Viewer) -> Wish:
    """The wish as that of somebody who clicked."""
    return replace(wish, requested_by=viewer.member_id) if wish.origin == "manual" else wish
