"""The breaker of a workspace's Hub: after calls that found no Hub, one at a time finds out when it is back.

ask(conn, workspace_id, now) -> Tried            under the lock of the chain; a probe keeps others away meanwhile
note(conn, workspace_id, now, *, found)          after a call
give_back(conn, workspace_id, tried)             no call was made after all
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cockpit.model.ids import WorkspaceId
from cockpit.storage.breakers import Breaker, find_breaker, replace_breaker
from cockpit.storage.database import Connection

OPENS_AFTER: Final = 5
FIRST_PAUSE: Final = timedelta(seconds=15)
LONGEST_PAUSE: Final = timedelta(minutes=10)
PROBE_LASTS: Final = timedelta(seconds=30)  # a call and its accounting
NO_HUB: Final = "No Hub is connected: connect one in Settings > Hub."
NOT_ANSWERING: Final = "The Hub is not answering; it is tried again shortly."


@dataclass(frozen=True, slots=True)
class Tried:
    """Whether a call may be made now, and if not, when next."""

    allowed: bool
    until: datetime | None = None
    reason: str | None = None
    before: Breaker | None = None  # as it was before a probe took its place


def ask(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> Tried:
    """Whether a call may be made."""
    known = find_breaker(conn, workspace_id)
    if known is None:
        return Tried(False, now + LONGEST_PAUSE, NO_HUB)
    if known.open_until is None:
        return Tried(True)
    if now < known.open_until:
        return Tried(False, known.open_until, NOT_ANSWERING)
    replace_breaker(conn, workspace_id, Breaker(known.failures, now + PROBE_LASTS))
    return Tried(True, before=known)


def give_back(conn: Connection, workspace_id: WorkspaceId, tried: Tried) -> None:
    """Let another attempt be the probe."""
    if tried.before is not None:
        replace_breaker(conn, workspace_id, tried.before)


def note(conn: Connection, workspace_id: WorkspaceId, now: datetime, *, found: bool) -> None:
    """Count a call; one that found a Hub closes the breaker."""
    known = find_breaker(conn, workspace_id)
    if known is None or (found and known == Breaker()):
        return
    failures = 0 if found else known.failures + 1
    replace_breaker(conn, workspace_id, Breaker(failures, None if failures < OPENS_AFTER else now + pause(failures)))


def pause(failures: int) -> timedelta:
    """How long nobody calls after so many failures in a row."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(failures - OPENS_AFTER, 10)
    return min(doubled, LONGEST_PAUSE)
