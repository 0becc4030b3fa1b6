"""The held tray: what waits, why, and when it goes.

list_held(conn, viewer, limit=200) -> tuple[Held, ...]
list_names(conn, viewer, waiting) -> Mapping[PersonId, str]     whom they would reach
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from cockpit.model.ids import PersonId
from cockpit.model.viewer import Viewer
from cockpit.storage.attempts import RESERVED, UNKNOWN, Attempt, list_attempts
from cockpit.storage.database import Connection
from cockpit.storage.people import list_people

Because = Literal["undo window", "guard", "next try", "nobody knows"]


@dataclass(frozen=True, slots=True)
class Held:
    """One outreach that has not left, or of which nobody knows whether it has."""

    attempt: Attempt
    because: Because
    why: str
    goes_at: datetime | None  # None: not by itself


def list_held(conn: Connection, viewer: Viewer, *, limit: int = 200) -> tuple[Held, ...]:
    """What waits on this side of the wall, the next to go first, then what waits for a person."""
    found = list_attempts(conn, viewer.workspace_id, states=(RESERVED, UNKNOWN), scope=viewer.scope, limit=limit)
    return tuple(sorted(map(held, found), key=lambda one: (one.goes_at is None, one.goes_at or one.attempt.created_at)))


def list_names(conn: Connection, viewer: Viewer, waiting: Iterable[Held]) -> Mapping[PersonId, str]:
    """The names of those whom these would reach; who waits here was seen on this side of the wall."""
    ids = {one.attempt.person_id for one in waiting}
    people = list_people(conn, viewer.workspace_id, ids).iter_rows(named=True) if ids else ()
    return {PersonId(UUID(row["person_id"])): str(row["name"]) for row in people}


def held(attempt: Attempt) -> Held:
    """Why an attempt waits."""
    at = attempt.execute_after
    if attempt.state == UNKNOWN:
        why = attempt.reason or "It may have gone out; the Hub is asked again."
        return Held(attempt, "next try" if at else "nobody knows", why, at)
    if attempt.held_until is not None:
        return Held(attempt, "guard", attempt.reason or "A guard holds it.", at)
    if attempt.reason is not None:
        return Held(attempt, "next try", attempt.reason, at)
    return Held(attempt, "undo window", "It can still be undone.", at)
