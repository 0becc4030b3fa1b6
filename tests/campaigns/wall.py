"""Let walled towns live, and compare every read of every member with the model: 0 rows more, 0 less, equal counts.

python -m tests.campaigns.wall --seeds 20 --steps 4 --engine duckdb|postgresql
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime

from cockpit.storage.workspaces import insert_workspace
from tests.access.wall_model import play
from tests.campaigns.databases import a_cockpit

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def main() -> None:
    """Play as many lives as asked, each in a workspace of its own; a read that differs ends the campaign."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the number of the first seed")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--engine", choices=("duckdb", "postgresql"), default="duckdb")
    asked = parser.parse_args()
    checks = 0
    with a_cockpit(asked.engine) as cockpit:
        for seed in range(asked.first, asked.first + asked.seeds):
            began = time.monotonic()
            with cockpit.db.write() as conn:
                name = f"town-{seed}"
                workspace_id = insert_workspace(conn, subdomain=name, name=name, time_zone="Europe/Paris", now=NOW)
            played = play(cockpit, workspace_id, NOW, seed=seed, steps=asked.steps)
            checks += played.checks
            took = time.monotonic() - began
            print(f"seed {seed:>2}: {played.steps} states, {played.checks} reads compared, {took:.0f} s", flush=True)  # noqa: T201
    print(f"{asked.engine}: {asked.seeds} lives, {checks:,} reads, 0 rows more, 0 less, equal counts")  # noqa: T201


if __name__ == "__main__":
    main()
