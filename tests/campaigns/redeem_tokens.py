"""Many redeemers at once for every login token: each token lets exactly one of them in.

`python -m tests.campaigns.redeem_tokens --engine postgresql --tokens 1000 --redeemers 64 --processes 4`

On PostgreSQL the redeemers are threads of several processes, each with a connection of its own that stays open; a
DuckDB file belongs to one process, as a server does.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from sqlalchemy import func, select

from cockpit.access import credentials, login_tokens, sessions
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage.access_tables import session
from cockpit.storage.database import Database, open_database
from cockpit.storage.members import upsert_member
from cockpit.storage.workspaces import get_workspace_by_id
from tests.campaigns.databases import a_cockpit

HOST = "race.localhost:8501"
BATCH = 10
PATIENT = timedelta(minutes=10)  # a slow machine must not pass for a token that lets nobody in


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    tokens: int
    let_in: int  # redeemers who were told that they are in
    sessions: int  # rows in the database
    twice: int  # tokens that let in more than one, or nobody

    @property
    def right(self) -> bool:
        """Whether every token made one session."""
        return self.tokens == self.let_in == self.sessions and self.twice == 0


Redeemers = Callable[[list[str]], list[int]]  # how many got in with each of these tokens


def race(db: Database, *, tokens: int, redeem_all: Redeemers) -> Outcome:
    """Let all redeemers at once have each token."""
    workspace_id, member_id = prepare(db)
    wins: list[int] = []
    while len(wins) < tokens:
        texts = [mint(db, workspace_id, member_id) for _ in range(min(BATCH, tokens - len(wins)))]
        wins += redeem_all(texts)
        sys.stderr.write(f"\r{len(wins)} of {tokens}")
    with db.read(workspace_id) as conn:
        kept = conn.execute(select(func.count()).where(session.c.workspace_id == workspace_id)).scalar_one()
    return Outcome(tokens, sum(wins), int(kept), sum(1 for won in wins if won != 1))


def prepare(db: Database) -> tuple[WorkspaceId, MemberId]:
    """A workspace with a member."""
    now = datetime.now(UTC)
    # all workspaces: this one is not there yet
    with db.write() as conn:
        workspace_id = start_workspace(conn, subdomain="race", name="Race", time_zone="UTC", now=now)
        return workspace_id, upsert_member(conn, workspace_id, email="eva@example.com", name="Eva", now=now)


def mint(db: Database, workspace_id: WorkspaceId, member_id: MemberId) -> str:
    """A token as `login-token` makes it."""
    with db.write(workspace_id) as conn:
        here = get_workspace_by_id(conn, workspace_id)
        now = datetime.now(UTC)
        return login_tokens.mint(conn, here, member_id, host=HOST, page=None, now=now, lifetime=PATIENT).text


@contextmanager
def in_threads(db: Database, redeemers: int) -> Iterator[Redeemers]:
    """Redeemers in this process."""
    with ThreadPoolExecutor(redeemers) as pool:

        def one(text: str) -> int:
            start = threading.Barrier(redeemers)
            return sum(pool.map(lambda _: redeem(db, text, start), range(redeemers)))

        yield lambda texts: [one(text) for text in texts]


@contextmanager
def in_processes(url: str, redeemers: int, processes: int) -> Iterator[Redeemers]:
    """Redeemers in several processes, which begin with each token together."""
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(processes)
    pipes = [context.Pipe() for _ in range(processes)]
    running = [
        context.Process(target=process, args=(url, redeemers // processes, theirs, together)) for _, theirs in pipes
    ]
    for one in running:
        one.start()
    for ours, _ in pipes:
        ours.recv()  # a token must not grow old while a process starts

    def redeem_all(texts: list[str]) -> list[int]:
        for ours, _ in pipes:
            ours.send(texts)
        return [sum(wins) for wins in zip(*(ours.recv() for ours, _ in pipes), strict=True)]

    try:
        yield redeem_all
    finally:
        for ours, _ in pipes:
            ours.send([])
        for one in running:
            one.join(60)


def process(url: str, redeemers: int, pipe: Connection, together: Barrier) -> None:
    """One process of redeemers, until it is given no more tokens."""
    db = open_database(url)
    with in_threads(db, redeemers) as redeem_all:
        pipe.send([])
        while texts := pipe.recv():
            wins = []
            for text in texts:
                together.wait()
                wins += redeem_all([text])
            pipe.send(wins)
    db.close()


def redeem(db: Database, text: str, start: threading.Barrier) -> bool:
    """What `/verify` does, at the same moment as all others."""
    start.wait()
    now = datetime.now(UTC)
    credential = credentials.read(text, credentials.LOGIN_TOKEN)
    assert credential is not None
    with db.write(credential.workspace_id) as conn:
        redeemed = login_tokens.redeem(conn, text, HOST, now)
        if redeemed is None:
            return False
        sessions.start(conn, redeemed.workspace_id, redeemed.member_id, mode="full", origin="sso", now=now)
    return True


def main(words: Sequence[str] | None = None) -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="postgresql")
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--redeemers", type=int, default=64)
    parser.add_argument("--processes", type=int, default=4)
    asked = parser.parse_args(words)
    several = asked.engine != "duckdb"
    with a_cockpit(asked.engine) as cockpit:
        began = time.monotonic()
        url = cockpit.settings.database_url
        crowd = (
            in_processes(url, asked.redeemers, asked.processes) if several else in_threads(cockpit.db, asked.redeemers)
        )
        with crowd as redeem_all:
            outcome = race(cockpit.db, tokens=asked.tokens, redeem_all=redeem_all)
        seconds = time.monotonic() - began
    sys.stdout.write(f"\n{asked.engine}: {outcome} in {seconds:.0f} s\n")
    return 0 if outcome.right else 1


if __name__ == "__main__":
    sys.exit(main())
