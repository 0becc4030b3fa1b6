"""Pictures that hosts have named, fetched beside the requests: one at a time, each soon or not at all.

The queue is in memory: what a stop loses, the next sign-in names again.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol
from uuid import UUID

from cockpit.access.avatars import fetch_avatar, keep
from cockpit.access.safe_fetch import checked_url
from cockpit.network.reach import Reach
from cockpit.storage.database import Database

MOST_WAITING = 1_000
AT_ONCE = 10
FRESH = timedelta(hours=1)  # so long the same address is not fetched again for the same user
MOST_REMEMBERED = 10_000

log = logging.getLogger(__name__)


class WithDatabase(Protocol):
    """What holds the open database."""

    @property
    def db(self) -> Database:
        """The database."""


class AvatarQueue:
    """The pictures that wait, the newest wish of each user."""

    def __init__(self, cockpit: Callable[[], WithDatabase], reach: Reach | None = None) -> None:
        """Keep pictures in the cockpit that is open; `reach` is where they may be."""
        self.reach = reach or Reach()
        self._cockpit = cockpit
        self._waiting: OrderedDict[UUID, str] = OrderedDict()
        self._fetched: OrderedDict[UUID, tuple[str, datetime]] = OrderedDict()
        self._lock = Lock()

    def check(self, url: str) -> None:
        """Refuse what is no address, before anything is done for its sake.

        Raises:
            BadAddress: this is no public http or https address.
        """
        checked_url(url, self.reach)

    def want(self, user_id: UUID, url: str, now: datetime) -> None:
        """Ask for a picture; never waits."""
        with self._lock:
            before = self._fetched.get(user_id)
            if before and before[0] == url and now - before[1] < FRESH:
                return
            if user_id not in self._waiting and len(self._waiting) >= MOST_WAITING:
                log.warning("An avatar is left out: %s others are waiting.", MOST_WAITING)
                return
            self._waiting[user_id] = url

    def fetch_waiting(self, now: datetime) -> int:
        """Fetch the next ones; answers how many were kept."""
        return sum(self._fetch(*wish, now) for _ in range(AT_ONCE) if (wish := self._next()) is not None)

    def _next(self) -> tuple[UUID, str] | None:
        with self._lock:
            return self._waiting.popitem(last=False) if self._waiting else None

    def _fetch(self, user_id: UUID, url: str, now: datetime) -> bool:
        picture = fetch_avatar(url, self.reach)
        if picture is None:
            return False
        # all workspaces: a login is not a workspace's
        with self._cockpit().db.write() as conn:
            keep(conn, user_id, picture, now)
        with self._lock:
            self._fetched[user_id] = (url, now)
            self._fetched.move_to_end(user_id)
            if len(self._fetched) > MOST_REMEMBERED:
                self._fetched.popitem(last=False)
        return True
