"""Calls to the Hub after a workspace or a member was added: asked for in the same transaction, made later.

enqueue(conn, workspace_id, action, now)
send_due(db, hub, now, limit=10) -> int       what the worker does; how many calls it has made
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import httpcore
import httpx

from cockpit.model.hub_callback import HubCallback
from cockpit.model.ids import WorkspaceId
from cockpit.network.reach import CheckedNetwork, Deadline, Reach
from cockpit.network.transport import CheckedTransport
from cockpit.storage import callbacks as stored
from cockpit.storage.callbacks import Waiting
from cockpit.storage.database import Connection, Database

FULL, SYNC_MEMBERS = "full", "sync_members"
DELAYS = {FULL: timedelta(seconds=60), SYNC_MEMBERS: timedelta(seconds=30)}
MOST_ATTEMPTS = 4  # the first and three more
FIRST_WAIT = timedelta(seconds=30)  # doubled after every attempt
LEASE = timedelta(minutes=2)  # a call that was begun and never ended is made again
AT_ONCE = 10
BROKEN_OFF = "Every call was broken off before it ended."

log = logging.getLogger(__name__)


def enqueue(conn: Connection, workspace_id: WorkspaceId, action: str, now: datetime) -> None:
    """Ask for a call; several before it is made are one."""
    stored.upsert_callback(conn, workspace_id, action, due_at=now + DELAYS[action], now=now)


def send_due(db: Database, hub: HubCallback | None, now: datetime, *, limit: int = AT_ONCE) -> int:
    """Make the calls that are due; with no Hub they are over, so that switching it on calls for nothing old."""
    # all workspaces: whichever has a call to make
    with db.read() as conn:
        due = stored.list_due_callbacks(conn, now, limit=limit)
    return sum(_send(db, hub, waiting, now) for waiting in due)


def _send(db: Database, hub: HubCallback | None, waiting: Waiting, now: datetime) -> int:
    """Make one call, unless somebody else does; what was asked for while it was made is still to be told."""
    with db.write(waiting.workspace_id) as conn:
        taken = stored.replace_callback_taken(conn, waiting, due_at=now + LEASE)
        if taken is None:
            return 0
        if hub is None or waiting.attempts >= MOST_ATTEMPTS:
            stored.replace_callback_done(conn, taken, now=now, error=None if hub is None else BROKEN_OFF)
            return 0
    error = _post(hub, taken)
    with db.write(taken.workspace_id) as conn:
        if error is not None and taken.attempts < MOST_ATTEMPTS:
            due_at = now + FIRST_WAIT * (1 << (taken.attempts - 1))
            stored.replace_callback_failed(conn, taken, due_at=due_at, error=error)
            return 1
        stored.replace_callback_done(conn, taken, now=now, error=error)
    if error is not None:
        log.warning("Hub call %s for workspace %s is given up: %s", taken.action, taken.workspace_id, error)
    return 1


def _post(hub: HubCallback, waiting: Waiting) -> str | None:
    """What went wrong, or None."""
    body = {"action": waiting.action, "workspaceId": str(waiting.workspace_id), "subdomain": waiting.subdomain}
    headers = {"authorization": f"Bearer {hub.secret}"}
    reach = Reach(named=frozenset({hub.place}))
    transport = CheckedTransport(CheckedNetwork(reach, Deadline(hub.seconds)), None)
    try:
        with (
            httpx.Client(transport=transport, timeout=hub.seconds, trust_env=False) as client,
            client.stream("POST", hub.url, json=body, headers=headers) as answer,
        ):
            return None if answer.is_success else f"The Hub answered {answer.status_code}."
    except (httpx.HTTPError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError):
        return "The Hub did not answer."
