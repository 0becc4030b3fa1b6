"""Only entry points look at the clock.

`now` is an argument everywhere below them: the same functions serve the live cockpit, a past instant, rehearsals and
tests, and a score that took its own time could never be checked.
"""

from __future__ import annotations

import ast

from tests.house.source import dotted, sources

ENTRY_POINTS = (
    "cockpit/cli/",
    "cockpit/api/",
    "cockpit/ui/",
    "cockpit/worker/",
    "pages/",
    "app.py",
    "cockpit/storage/clock",
)
CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "func.now",
    "func.current_timestamp",
}


def test_only_entry_points_look_at_the_clock() -> None:
    faults = [
        f"{source.name}:{node.lineno} {dotted(node.func)}()"
        for source in sources()
        if not source.name.startswith(ENTRY_POINTS)
        for node in source.nodes
        if isinstance(node, ast.Call) and dotted(node.func) in CLOCKS
    ]
    assert faults == []
