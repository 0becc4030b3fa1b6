"""Scoring imports only the standard library, numpy and polars.

It is the part that must give the same numbers in every process, test and notebook; a forbidden list cannot say "and
nothing else", so this rule does.
"""

from __future__ import annotations

import sys

from tests.house.source import imported_modules, sources

ALLOWED = sys.stdlib_module_names | {"numpy", "polars", "scoring"}


def test_scoring_is_pure() -> None:
    faults = {
        source.name: sorted(strangers)
        for source in sources("scoring")
        if (strangers := {name.split(".")[0] for name in imported_modules(source.tree)} - ALLOWED)
    }
    assert faults == {}
