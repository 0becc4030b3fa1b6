"""A clock that follows the database's: leases are compared with it, so that machines need not agree on the time."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from threading import Lock

from cockpit.errors import CockpitError
from cockpit.storage.clock import get_database_time
from cockpit.storage.database import Database

LOOKS_EVERY = 30.0  # seconds


class DatabaseClock:
    """The time of the database, carried on by this machine's steady clock between two looks at it."""

    def __init__(self, db: Database) -> None:
        """Follow the clock of this database."""
        self._db = db
        self._lock = Lock()
        self._looked: tuple[float, datetime] | None = None

    def now(self) -> datetime:
        """The time.

        Raises:
            CockpitError: the database was never seen, and does not answer.
        """
        with self._lock:
            if self._looked is None or time.monotonic() - self._looked[0] > LOOKS_EVERY:
                self._look()
            assert self._looked is not None  # noqa: S101 - the look above sets it or raises
            at, then = self._looked
            return then + timedelta(seconds=time.monotonic() - at)

    def _look(self) -> None:
        try:
            with self._db.read() as conn:
                # all workspaces: the time is everybody's
                self._looked = (time.monotonic(), get_database_time(conn))
        except CockpitError:
            if self._looked is None:
                raise
