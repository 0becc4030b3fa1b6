"""Only storage knows which engine runs.

An `if` on the engine above storage is a second product that half of the tests never see.
"""

from __future__ import annotations

import ast

from tests.house.source import sources

# The benchmark and the doctor print the name; nobody else needs it.
ENGINES = {"duckdb", "postgresql", "postgres"}


def test_nobody_above_storage_branches_on_the_engine() -> None:
    faults = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        if not source.name.startswith("cockpit/storage/")
        for node in source.nodes
        if isinstance(node, ast.Compare)
        and any(isinstance(part, ast.Constant) and part.value in ENGINES for part in ast.walk(node))
    ]
    assert faults == []
