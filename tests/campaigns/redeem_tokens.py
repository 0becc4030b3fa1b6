"""Many redeemers at once for every login token: each token lets exactly one of them in.

`python -m tests.campaigns.redeem_tokens --tokens 1000 --redeemers 64 --database <url of a migrated, empty database>`
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from cockpit.access import login_tokens, sessions
from cockpit.ingestion.start import start_workspace
from cockpit.storage.access_tables import session
from cockpit.storage.database import Database, open_database
from cockpit.storage.members import upsert_member
from cockpit.storage.workspaces import get_workspace

HOST = "race.localhost:8501"


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


def race(db: Database, *, tokens: int, redeemers: int) -> Outcome:
    """Let that many redeemers at once have each token."""
    now = datetime.now(UTC)
    with db.write() as conn:
        workspace_id = start_workspace(conn, subdomain="race", name="Race", time_zone="UTC", now=now)
        member_id = upsert_member(conn, workspace_id, email="eva@example.com", name="Eva", now=now)
        here = get_workspace(conn, "race")
    wins = []
    with ThreadPoolExecutor(redeemers) as pool:
        for _ in range(tokens):
            with db.write() as conn:
                token = login_tokens.mint(conn, here, member_id, host=HOST, page=None, now=datetime.now(UTC))
            start = threading.Barrier(redeemers)
            wins.append(sum(pool.map(lambda _, text=token.text, at=start: redeem(db, text, at), range(redeemers))))
    with db.read() as conn:
        kept = conn.execute(select(func.count()).where(session.c.workspace_id == workspace_id)).scalar_one()
    return Outcome(tokens, sum(wins), int(kept), sum(1 for won in wins if won != 1))


def redeem(db: Database, text: str, start: threading.Barrier) -> bool:
    """What `/verify` does, at the same moment as all others."""
    start.wait()
    now = datetime.now(UTC)
    with db.write() as conn:
        redeemed = login_tokens.redeem(conn, text, HOST, now)
        if redeemed is None:
            return False
        sessions.start(conn, redeemed.workspace_id, redeemed.member_id, mode="full", origin="sso", now=now)
    return True


def main(words: Sequence[str] | None = None) -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--redeemers", type=int, default=64)
    parser.add_argument("--database", required=True)
    asked = parser.parse_args(words)
    db = open_database(asked.database)
    outcome = race(db, tokens=asked.tokens, redeemers=asked.redeemers)
    sys.stdout.write(f"{db.engine_name}: {outcome}\n")
    db.close()
    return 0 if outcome.right else 1


if __name__ == "__main__":
    sys.exit(main())
