"""One worker of the dispatch campaign, by a clock that runs fast."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cockpit.errors import CockpitError
from cockpit.hub.connection import HubConnection
from cockpit.hub.wiring import find_connection
from cockpit.model.ids import WorkspaceId, workspace_id_of
from cockpit.settings import Settings
from cockpit.storage.database import Connection, Database, open_database
from cockpit.worker.dispatch import Dispatcher

SUBDOMAIN = "fire"
WORKSPACE = workspace_id_of(SUBDOMAIN)
EPOCH = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
SPEED = 20.0


@dataclass(frozen=True, slots=True)
class FastClock:
    """A clock that all processes of a campaign share."""

    began: float
    speed: float = SPEED

    def now(self) -> datetime:
        """The time."""
        return EPOCH + timedelta(seconds=(time.time() - self.began) * self.speed)


def work(url: str, began: float) -> None:
    """One worker, until it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = Settings(database_url=url)

    def connect(conn: Connection, workspace_id: WorkspaceId) -> HubConnection | None:
        return find_connection(conn, workspace_id, settings)

    database = opened(url)
    worker = Dispatcher(database, connect, FastClock(began))
    while True:
        with suppress(CockpitError):
            worker.round()
        time.sleep(0.02)


def opened(url: str) -> Database:
    """The database, when it answers."""
    while True:
        with suppress(CockpitError):
            return open_database(url)
        time.sleep(0.1)
