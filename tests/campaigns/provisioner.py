"""Makes a workspace in a process of its own, which stops at a given moment and waits there to be killed.

`python -m tests.campaigns.provisioner` reads lines `URL NUMBER AT` and forks for each: importing takes longer than all
of the work. The fork tells its process id, then the moment at which it stopped, or `done` and the moments of commits.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime

from sqlalchemy import event

from cockpit.access.resolve import Resolved, Wish, resolve
from cockpit.ingestion.start import RULES
from cockpit.storage.database import Database, open_database

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FOREVER = 600.0


def wish(number: int) -> Wish:
    """What a host asks for: a workspace of its own for each number."""
    return Wish(f"ann-{number}@acme.com", "Ann", f"killed-{number}", "Killed")


def provision(db: Database, number: int) -> Resolved:
    """What the request does."""
    return resolve(db, wish(number), rules=RULES, now=NOW)


class Moments:
    """Counts what happens on the way to the database, and stops for good at one of them."""

    def __init__(self, db: Database, at: int) -> None:
        """Stop at moment `at`, counted from 1."""
        self.at = at
        self.seen = 0
        self.wrote = False
        self.commits: list[int] = []  # those that stored something
        event.listen(db.pool, "before_cursor_execute", lambda _, __, statement, *___: self.pass_by(statement))
        event.listen(db.pool, "commit", lambda _: self.pass_by("COMMIT"))

    def pass_by(self, what: str) -> None:
        """Before a statement, or before a commit."""
        self.seen += 1
        if what == "COMMIT" and self.wrote:
            self.commits.append(self.seen)
        self.wrote = what != "COMMIT" and (self.wrote or not what.startswith("SELECT"))
        if self.seen == self.at:
            tell(f"before {' '.join(what.split())[:60]}")
            time.sleep(FOREVER)


def tell(text: str) -> None:
    """One line to whoever started this."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def work(url: str, number: int, at: int) -> None:
    """Make the workspace, as far as it goes."""
    db = open_database(url)
    moments = Moments(db, at)
    provision(db, number)
    tell(f"done {' '.join(map(str, moments.commits))}")
    time.sleep(FOREVER)


def main() -> None:
    """Fork for each line."""
    for line in sys.stdin:
        url, number, at = line.split()
        child = os.fork()
        if child == 0:
            tell(str(os.getpid()))
            work(url, int(number), int(at))
        os.waitpid(child, 0)
        tell("gone")  # and with it its hold on the database file


if __name__ == "__main__":
    main()
