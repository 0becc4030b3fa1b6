"""Carries out what is due: takes it under lease, claims it behind its guards, calls the Hub once, accounts for it.

Any number of workers may run on PostgreSQL. A Hub that hangs holds only the slots of its own workspace.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import Protocol
from uuid import UUID, uuid4

from cockpit.automation.claim import Claimed, claim, settle_expired, still_ours, take_due
from cockpit.automation.outcome import settle
from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError
from cockpit.hub.client import find_sent, start
from cockpit.hub.connection import LOOKUP, NONE, HubConnection
from cockpit.hub.outcomes import NotSent, Outcome
from cockpit.hub.request import StartRequest
from cockpit.hub.wiring import find_connection
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection, Database
from cockpit.storage.outbox import Lease, list_due_workspaces, replace_lease_given_back
from cockpit.worker.clock import DatabaseClock

log = logging.getLogger(__name__)
SECONDS = 0.5  # between two looks at what is due
Connect = Callable[[Connection, WorkspaceId], HubConnection | None]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once, and how long a worker may be silent before its work is somebody else's."""

    threads: int = 8
    per_workspace: int = 4
    lease: timedelta = timedelta(seconds=60)  # longer than a call may take
    settle_for: float = 120.0  # seconds in which an outcome is told to a database that does not answer


class Dispatcher:
    """One worker: `round` again and again, from one thread; the calls run in threads of its own."""

    def __init__(self, db: Database, connect: Connect, clock: Clock, pace: Pace = Pace()) -> None:
        """Work on this database, with the Hub that `connect` finds for a workspace."""
        self._db = db
        self._connect = connect
        self._clock = clock
        self._pace = pace
        self._owner = uuid4().hex
        self._pool = ThreadPoolExecutor(pace.threads, thread_name_prefix="cockpit-dispatch")
        self._busy: Counter[WorkspaceId] = Counter()
        self._lock = Lock()
        self._stopped = Event()

    def round(self) -> int:
        """Take up what is due and there is room for; answers how many."""
        now = self._clock.now()
        with self._db.read() as conn:
            # all workspaces: a worker serves all of them
            due = list_due_workspaces(conn, now)
        return sum(self._tried(workspace_id) for workspace_id in due)

    @property
    def busy(self) -> int:
        """How many are at work now."""
        with self._lock:
            return self._busy.total()

    def stop(self) -> None:
        """Take nothing up any more, wait for the calls at hand, give back what was not begun."""
        self._stopped.set()
        self._pool.shutdown(wait=True)

    def _tried(self, workspace_id: WorkspaceId) -> int:
        """What cannot be done in one workspace, say because its key no longer opens, holds up no other."""
        try:
            return self._take_up(workspace_id)
        except CockpitError as error:
            log.warning("The executions of a workspace were put off: %s", error)
            return 0

    def _take_up(self, workspace_id: WorkspaceId) -> int:
        now = self._clock.now()
        settle_expired(self._db, workspace_id, self._mode(workspace_id), now)
        room = self._room(workspace_id)
        if room <= 0 or self._stopped.is_set():
            return 0
        # A name per take: whatever is under it was taken here and now.
        lease = Lease(f"{self._owner}:{uuid4().hex[:8]}", now + self._pace.lease)
        taken = take_due(self._db, workspace_id, lease, now=now, limit=room)
        for attempt_id in taken:
            with self._lock:
                self._busy[workspace_id] += 1
            self._pool.submit(self._run, workspace_id, attempt_id, lease)
        return len(taken)

    def _room(self, workspace_id: WorkspaceId) -> int:
        with self._lock:
            return min(self._pace.threads - self._busy.total(), self._pace.per_workspace - self._busy[workspace_id])

    def _run(self, workspace_id: WorkspaceId, attempt_id: UUID, lease: Lease) -> None:
        try:
            self._carry_out(workspace_id, attempt_id, lease)
        except CockpitError as error:
            log.warning("An execution was put off: %s", error)
        except Exception:  # a bug in one execution must not end the others; its lease ends by itself
            log.exception("An execution failed")
        finally:
            with self._lock:
                self._busy[workspace_id] -= 1

    def _carry_out(self, workspace_id: WorkspaceId, attempt_id: UUID, lease: Lease) -> None:
        if self._stopped.is_set():
            with self._db.write(workspace_id) as conn:
                replace_lease_given_back(conn, workspace_id, lease.owner)
            return
        with self._db.read(workspace_id) as conn:
            connection = self._connect(conn, workspace_id)
        claimed = claim(self._db, workspace_id, attempt_id, lease, self._clock.now())
        if claimed is None:
            return
        outcome = self._call(connection, claimed)
        self._settle(claimed, outcome, connection.idempotency if connection else NONE)

    def _call(self, connection: HubConnection | None, claimed: Claimed) -> Outcome:
        if connection is None:
            return NotSent("The connection to the Hub was taken away.", again=True)
        if claimed.again and connection.idempotency == LOOKUP:
            found = find_sent(connection, claimed.attempt.client_reference)
            if not isinstance(found, NotSent):
                return found
        return start(connection, request_of(claimed), lambda: still_ours(self._db, claimed, self._clock.now()))

    def _settle(self, claimed: Claimed, outcome: Outcome, mode: str) -> None:
        """Account for a call, also when the database is away for a while: what the Hub said is said only once."""
        until = time.monotonic() + self._pace.settle_for
        while True:
            try:
                settle(self._db, claimed, outcome, mode, self._clock.now())
                return
            except CockpitError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _mode(self, workspace_id: WorkspaceId) -> str:
        with self._db.read(workspace_id) as conn:
            connection = self._connect(conn, workspace_id)
        return connection.idempotency if connection else NONE


def dispatcher_of(cockpit: Cockpit) -> Dispatcher:
    """A worker for an open cockpit, by the clock of its database."""

    def connect(conn: Connection, workspace_id: WorkspaceId) -> HubConnection | None:
        return find_connection(conn, workspace_id, cockpit.settings)

    return Dispatcher(cockpit.db, connect, DatabaseClock(cockpit.db))


def request_of(claimed: Claimed) -> StartRequest:
    """What the Hub is asked."""
    attempt, person = claimed.attempt, claimed.person
    said = attempt.request or {}
    return StartRequest(
        hub_type=attempt.hub_type,
        channel=attempt.channel,
        instruction=attempt.instruction,
        client_reference=attempt.client_reference,
        idempotency_key=attempt.idempotency_key,
        phone=person.phone,
        country=person.country,
        email=person.email,
        name=person.name,
        language=said.get("language"),
        external_user_id=said.get("external_user_id"),
        email_subject=said.get("email_subject"),
        email_template_id=said.get("email_template_id"),
    )
