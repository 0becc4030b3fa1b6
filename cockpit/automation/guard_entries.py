"""The newest entries of the guard log, for a screen; they speak of everybody.

newest(conn, viewer, limit) -> Newest                raises Forbidden behind the person wall
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cockpit.errors import Forbidden
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Connection
from cockpit.storage.guard_chain import find_head, list_entries


@dataclass(frozen=True, slots=True)
class Newest:
    """The end of the log, the newest entry first."""

    total: int
    entries: tuple[tuple[int, Mapping[str, Any]], ...] = ()  # the number of an entry, and what it says


def newest(conn: Connection, viewer: Viewer, limit: int) -> Newest:
    """Read the end of the log.

    Raises:
        Forbidden: they see only a part of the people.
    """
    if viewer.scope is not None:
        raise Forbidden("The guard log speaks of everybody: behind the person wall it is not shown.")
    head = find_head(conn, viewer.workspace_id)
    if head is None:
        return Newest(0)
    found = list_entries(conn, viewer.workspace_id, after=max(head.seq - limit, 0), limit=limit)
    return Newest(head.seq, tuple((entry.seq, json.loads(entry.body)) for entry in reversed(found)))
