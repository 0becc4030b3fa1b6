"""Replays signals through the live engine with a frozen clock: stored, fired, claimed and settled at their instants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from cockpit.automation.claim import claim, take_due
from cockpit.automation.outcome import settle
from cockpit.automation.rules import fire_due
from cockpit.hub.outcomes import Sent
from cockpit.ingestion.receive import receive
from cockpit.model.ids import WorkspaceId
from cockpit.storage.automation_tables import attempt
from cockpit.storage.database import Database
from cockpit.storage.outbox import Lease

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Held:
    """What `receive` needs."""

    db: Database


def replay(db: Database, workspace: WorkspaceId, signals: Iterable[Mapping[str, Any]], until: datetime) -> None:
    """Let every signal arrive when it happened, and everything that is due happen when it is."""
    by_instant: dict[datetime, list[Mapping[str, Any]]] = {}
    for signal in signals:
        by_instant.setdefault(datetime.fromisoformat(signal["occurred_at"]), []).append(signal)
    for at in sorted(by_instant):
        dispatch_before(db, workspace, at)
        receive(Held(db), workspace, by_instant[at], at)
        while fire_due(db, workspace, at):
            pass
    dispatch_before(db, workspace, until)


def dispatch_before(db: Database, workspace: WorkspaceId, before: datetime) -> None:
    """A worker whose clock jumps to whatever is due next."""
    while True:
        with db.read(workspace) as conn:
            query = select(func.min(attempt.c.execute_after)).where(attempt.c.workspace_id == workspace)
            due = conn.execute(query).scalar_one()
        if due is None or due >= before:
            return
        lease = Lease("worker", due + LEASE)
        for one in take_due(db, workspace, lease, now=due, limit=1_000):
            claimed = claim(db, workspace, one, lease, due)
            if claimed is not None:
                assert settle(db, claimed, Sent(f"eng-{one}"), "none", due)
