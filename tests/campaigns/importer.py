"""One import in a process of its own, to be killed: `python -m tests.campaigns.importer URL SUBDOMAIN FILE NOW`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from cockpit.bootstrap import open_cockpit
from cockpit.ingestion.load import Options, import_signals
from cockpit.settings import Settings
from cockpit.storage.workspaces import get_workspace

SMALL = Options(rows_at_once=1_500, people_at_once=150)  # many transactions, so that a kill may hit any of them


def main(url: str, subdomain: str, path: str, now: str) -> None:
    """Import the file; the first line on stdout says that the import itself begins."""
    with open_cockpit(Settings(database_url=url)) as cockpit:
        with cockpit.db.read() as conn:
            workspace_id = get_workspace(conn, subdomain).workspace_id
        sys.stdout.write("begin\n")
        sys.stdout.flush()
        loaded = import_signals(cockpit, workspace_id, Path(path), datetime.fromisoformat(now), options=SMALL)
        tally = loaded.signals.tally
        sys.stdout.write(f"{tally.rows} {tally.accepted} {loaded.signals.resumed_after}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
