"""How long a rehearsal takes beside one pass over the same signals: 90 days of a million of them.

`python -m tests.campaigns.rehearse --signals 1000000` prints both times and what the rehearsal found.
One pass is every signal of the days read out of the database once, with what a replay of panels reads of it; what a
bare count over the same rows takes is told as well. A rehearsal is what a worker does of it: played, and summed up.
All are measured in turns, and the best of each is compared.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
from sqlalchemy import func, select

from cockpit.automation.rehearsal import DAYS, Rehearsal, rehearse
from cockpit.automation.rehearsal_runs import summary
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Database
from cockpit.storage.frames import bulk_insert, in_workspace
from cockpit.storage.panel_people import list_history
from cockpit.storage.rule_versions import replace_rule
from cockpit.storage.schema import person, signal
from cockpit.storage.signals import append_new
from cockpit.storage.workspaces import insert_workspace
from tests.automation.ground import RULE, person_row, prepare, set_guards
from tests.campaigns.databases import a_cockpit

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TYPES = ("PAGE_VISITED", "EMAIL_OPENED", "CALL_COMPLETED", "MISSED_CALL", "SMS_REPLIED", "NO_REPLY")
TURNS = 3
SHARES = (0.5, 0.2, 0.1, 0.08, 0.04, 0.08)


@dataclass(frozen=True, slots=True)
class Timed:
    """Both times in seconds, and the rehearsal."""

    one_pass: float
    count: float
    rehearsal: float
    found: Rehearsal
    words: int  # of progress

    @property
    def times(self) -> float:
        """How many passes a rehearsal takes."""
        return self.rehearsal / self.one_pass


def fill(db: Database, signals: int, people: int) -> WorkspaceId:
    """A workspace with so many signals in the last days."""
    random = np.random.default_rng(1)
    with db.write() as conn:
        # all workspaces: this one is made here
        workspace = insert_workspace(conn, subdomain="acme", name="Acme", time_zone="Europe/Paris", now=NOW)
    prepare(db, workspace, NOW - timedelta(days=DAYS))
    ids = [str(UUID(int=number + 1)) for number in range(people)]
    rows = [
        {**person_row(workspace, UUID(one), number, NOW), "person_id": one, "attributes": "{}"}
        for number, one in enumerate(ids)
    ]
    seconds = pl.Series(np.sort(random.integers(0, DAYS * 86_400 - 1, signals)))
    frame = pl.DataFrame(
        {
            "source": ["made"] * signals,
            "source_event_id": pl.Series(range(signals)).cast(pl.String),
            "person_id": pl.Series(ids).gather(pl.Series(random.integers(0, people, signals))),
            "type": pl.Series(TYPES).gather(pl.Series(random.choice(len(TYPES), signals, p=SHARES))),
            "digest": ["x"] * signals,
        }
    )
    began = pl.lit(NOW - timedelta(days=DAYS)).cast(pl.Datetime("us", "UTC"))
    occurred = frame.with_columns(occurred_at=began + pl.duration(seconds=seconds))
    with db.write(workspace) as conn:
        bulk_insert(conn, person, in_workspace(pl.DataFrame(rows).drop("workspace_id"), workspace))
        append_new(conn, workspace, occurred.with_columns(received_at=pl.col("occurred_at")))
    db.settle()
    return workspace


def timed(db: Database, workspace: WorkspaceId, guards: dict[str, Any]) -> Timed:
    """Measure all, one after the other, and keep the best of each."""
    with db.write(workspace) as conn:
        set_guards(conn, workspace, guards)
        replace_rule(conn, workspace, RULE, {"holdout_percent": 5.0})
    passes, counts, took = [], [], []
    words: list[int] = []
    found: list[Rehearsal] = []
    for _ in range(TURNS):
        words.clear()
        passes.append(seconds_of(lambda: read_once(db, workspace)))
        counts.append(seconds_of(lambda: count_once(db, workspace)))
        took.append(seconds_of(lambda: found.append(rehearse_once(db, workspace, words))))
    return Timed(min(passes), min(counts), min(took), found[0], len(words))


def read_once(db: Database, workspace: WorkspaceId) -> int:
    """One pass over all signals."""
    with db.read(workspace) as conn:
        return list_history(conn, workspace, before=NOW).height


def count_once(db: Database, workspace: WorkspaceId) -> int:
    """How many there are of each type and when the last was, without reading them out."""
    with db.read(workspace) as conn:
        query = select(signal.c.type, func.count(), func.max(signal.c.occurred_at)).where(
            signal.c.workspace_id == workspace, signal.c.occurred_at < NOW
        )
        return len(conn.execute(query.group_by(signal.c.type)).all())


def rehearse_once(db: Database, workspace: WorkspaceId, words: list[int]) -> Rehearsal:
    """A rehearsal as it is kept; `words` of progress."""
    found = rehearse(db, workspace, RULE, NOW, told=lambda done, _: words.append(done))
    summary(found)
    return found


def seconds_of(work: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> int:
    """Fill, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--engine", default="duckdb")
    asked = parser.parse_args()
    with a_cockpit(asked.engine) as cockpit:
        workspace = fill(cockpit.db, asked.signals, asked.people)
        for name, guards in (("as by default", {}), ("no cap of the workspace", {"workspace_day": 1_000_000})):
            took = timed(cockpit.db, workspace, guards)
            print(  # noqa: T201 - what a campaign is for
                f"{name}: one pass {took.one_pass:.2f} s, a count {took.count:.3f} s, "
                f"rehearsal {took.rehearsal:.2f} s ({took.times:.1f} passes), "
                f"{took.words} words of progress; {took.found.signals:,} signals of the rule, {took.found.counts}, "
                f"{took.found.blocked_by}, most in 24 h {took.found.rate:g}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
