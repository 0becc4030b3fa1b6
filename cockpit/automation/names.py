"""What people are called, for a screen that has their ids: only those on the viewer's side of the person wall.

seen_names(conn, viewer, ids) -> Mapping[PersonId, str]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from cockpit.model.ids import PersonId
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Connection
from cockpit.storage.people import list_people, list_visible


def seen_names(conn: Connection, viewer: Viewer, ids: Iterable[PersonId]) -> Mapping[PersonId, str]:
    """The names of those of these people whom the viewer may see."""
    seen = list_visible(conn, viewer.workspace_id, list(ids), scope=viewer.scope)
    found = list_people(conn, viewer.workspace_id, seen).iter_rows(named=True) if seen else ()
    return {PersonId(UUID(row["person_id"])): str(row["name"]) for row in found}
