"""Pictures that hosts have named, fetched beside the requests: one at a time, each soon or not at all.

What waits is in the database, so that a process that dies loses no picture. One that takes longer than the lease, or
dies, is followed by another: three times at most, as it may have been the picture that killed it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from cockpit.access.avatars import fetch_avatar, keep
from cockpit.access.safe_fetch import checked_url
from cockpit.errors import BadAddress, CockpitError
from cockpit.network.reach import Reach
from cockpit.storage.avatar_wishes import (
    MOST_ATTEMPTS,
    Wish,
    count_wishes_due,
    find_wish,
    replace_wish_done,
    replace_wishes_taken,
    upsert_wish,
)
from cockpit.storage.database import Database

AT_ONCE = 10
FRESH = timedelta(hours=1)  # so long the same address is not fetched again for the same user
LEASE = timedelta(minutes=5)  # longer than all that are taken at once may last

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

    def check(self, url: str) -> None:
        """Refuse what is no address, before anything is done for its sake.

        Raises:
            BadAddress: this is no public http or https address.
        """
        checked_url(url, self.reach)

    def want(self, user_id: UUID, url: str, now: datetime) -> None:
        """Ask for a picture; nobody goes without a sign-in because it cannot be asked for."""
        try:
            # all workspaces: a login is not a workspace's
            with self._cockpit().db.read() as conn:
                before = find_wish(conn, user_id)
            if before is None or not _still_good(before, url, now):
                # all workspaces: a login is not a workspace's
                with self._cockpit().db.write() as conn:
                    upsert_wish(conn, user_id, url, now=now)
        except CockpitError as error:
            log.warning("An avatar is left out: %s", error)

    def fetch_waiting(self, now: datetime) -> int:
        """Fetch the next ones; answers how many were kept."""
        # all workspaces: a login is not a workspace's
        with self._cockpit().db.read() as conn:
            if not count_wishes_due(conn, now):
                return 0
        # all workspaces: a login is not a workspace's
        with self._cockpit().db.write() as conn:
            taken = replace_wishes_taken(conn, now=now, until=now + LEASE, limit=AT_ONCE)
        return sum(self._fetch(wish, now) for wish in taken)

    def _fetch(self, wish: Wish, now: datetime) -> bool:
        try:
            picture = fetch_avatar(wish.url, self.reach)
        except BadAddress:  # the name led outside when it was asked for, and inside by now
            picture = None
        # all workspaces: a login is not a workspace's
        with self._cockpit().db.write() as conn:
            if picture is not None:
                keep(conn, wish.user_id, picture, now)
            replace_wish_done(conn, wish, fetched_at=None if picture is None else now)
        return picture is not None


def _still_good(before: Wish, url: str, now: datetime) -> bool:
    """Whether a wish for this address waits already, or was fulfilled a moment ago."""
    fresh = before.fetched_at is not None and now - before.fetched_at < FRESH
    waits = before.due_at is not None and before.attempts < MOST_ATTEMPTS
    return before.url == url and (waits or fresh)
