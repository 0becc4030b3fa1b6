"""The queue of signals in a process of its own, to be killed: `python -m tests.campaigns.queue_child URL SUBDOMAIN`.

Each line that comes in is a request of one signal; each line that goes out the number of a request and its answer.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import Future
from datetime import UTC, datetime
from threading import Lock

from cockpit.bootstrap import open_cockpit
from cockpit.ingestion.answered import Repeatable
from cockpit.ingestion.group_commit import GroupCommit
from cockpit.ingestion.record import Receipt
from cockpit.settings import Settings
from cockpit.storage.workspaces import get_workspace

ONE_LINE = Lock()


def main(url: str, subdomain: str) -> None:
    """Answer until the requests end."""
    with open_cockpit(Settings(database_url=url)) as cockpit:
        with cockpit.db.read() as conn:
            workspace_id = get_workspace(conn, subdomain).workspace_id
        queue = GroupCommit(lambda: cockpit, lambda: datetime.now(UTC))
        for number, line in enumerate(sys.stdin):
            signal = json.loads(line)
            key = Repeatable(f"key {number}", line) if number % 3 == 0 else None
            queue.submit(workspace_id, [signal], key).add_done_callback(lambda done, n=number: tell(n, done))
        queue.close()


def tell(number: int, done: Future[Receipt]) -> None:
    """Say what a request was answered."""
    with ONE_LINE:
        sys.stdout.write(f"{number} {done.result().items[0].status}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
