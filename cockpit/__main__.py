"""The `cockpit` command and `python -m cockpit`."""

from __future__ import annotations

import sys

from cockpit.cli import run


def main() -> None:
    """Run the command the arguments name and leave with its exit status."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
