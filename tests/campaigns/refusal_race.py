"""Somebody refuses contact while their outreach is being claimed: nothing leaves that was last asked about afterwards.

python -m tests.campaigns.refusal_race --times 1000 --engine duckdb|postgresql
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Barrier

from cockpit.automation.claim import claim, still_ours, take_due
from cockpit.automation.outcome import settle
from cockpit.automation.reserve import reserve
from cockpit.hub.outcomes import NotSent, Sent
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage import workspaces
from cockpit.storage.database import Database
from cockpit.storage.outbox import Lease
from tests.automation.ground import click, prepare, refuse
from tests.campaigns.databases import a_cockpit

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DUE = NOW + timedelta(seconds=10)
SPREAD = 0.03  # seconds, about as long as a claim takes


@dataclass(frozen=True, slots=True)
class Sending:
    """What the worker did, by the clock of this machine."""

    claim_began: float
    claimed: bool
    asked: float | None = None  # when it asked for the last time
    sent: bool = False


def worker(db: Database, workspace_id: WorkspaceId, barrier: Barrier, delay: float) -> Sending:
    """Take what is due and send it."""
    lease = Lease("worker", DUE + timedelta(minutes=1))
    taken = take_due(db, workspace_id, lease, now=DUE, limit=1)
    barrier.wait()
    time.sleep(delay)
    began = time.monotonic()
    claimed = claim(db, workspace_id, taken[0], lease, DUE)
    if claimed is None:
        return Sending(began, claimed=False)
    asked = time.monotonic()
    sent = still_ours(db, claimed, DUE)
    settle(db, claimed, Sent("e") if sent else NotSent("Not ours."), "none", DUE)
    return Sending(began, claimed=True, asked=asked, sent=sent)


def refuser(db: Database, workspace_id: WorkspaceId, person: PersonId, barrier: Barrier, delay: float) -> float:
    """Refuse contact; answers when that was committed."""
    barrier.wait()
    time.sleep(delay)
    with db.write(workspace_id) as conn:
        refuse(conn, workspace_id, person)
    return time.monotonic()


def run(db: Database, times: int, seed: int = 7) -> Counter[str]:
    """So many races; what came of them."""
    with db.write() as conn:
        workspace_id = workspaces.insert_workspace(
            conn, subdomain="refusals", name="Refusals", time_zone="Europe/Paris", now=NOW
        )
    random, seen = Random(seed), Counter[str]()
    with ThreadPoolExecutor(2) as pool:
        for person in prepare(db, workspace_id, NOW, people=times):
            assert reserve(db, workspace_id, click(person), NOW).runs
            barrier = Barrier(2)
            sending = pool.submit(worker, db, workspace_id, barrier, random.uniform(0, SPREAD))
            refused = pool.submit(refuser, db, workspace_id, person, barrier, random.uniform(0, SPREAD))
            seen[judged(sending.result(), refused.result())] += 1
    return seen


def judged(sending: Sending, refused_at: float) -> str:
    """What a race came to; a fault ends it."""
    assert not (sending.claimed and sending.claim_began > refused_at), "claimed after the refusal"
    assert not (sending.sent and sending.asked is not None and sending.asked > refused_at), "sent after the refusal"
    if not sending.claimed:
        return "blocked when it was claimed"
    return "sent before the refusal" if sending.sent else "stopped in the last moment"


def main() -> None:
    """Run the campaign and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="postgresql")
    asked = parser.parse_args()
    began = time.monotonic()
    with a_cockpit(asked.engine) as cockpit:
        seen = run(cockpit.db, asked.times)
    told = ", ".join(f"{count} {what}" for what, count in sorted(seen.items()))
    seconds = time.monotonic() - began
    print(f"{asked.engine}: {asked.times:,} refusals against claims in {seconds:.0f} s, none sent after: {told}")  # noqa: T201


if __name__ == "__main__":
    main()
