"""The only statements written as text, each with its reason; the rest is SQLAlchemy Core and the same on both."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from cockpit import storage

TEXT_SQL = {
    "on_duckdb.set_up": "settings of a connection: UTC, the order of nulls, the size of the log",
    "on_duckdb.settle": "CHECKPOINT has no form in Core",
    "on_postgres.set_up": "settings of a session: UTC, no compilation of short queries",
    "on_postgres.staged": "ANALYZE: a table nobody analysed is planned badly",
    "on_postgres.append": "COPY FROM: the fastest way in",
    "on_postgres.copied": "COPY TO: the fastest way out",
    "on_postgres.read_frame": "COPY TO as well",
    "on_postgres.read_fixed": "COPY TO as well",
    "on_postgres.settle": "ANALYZE has no form in Core",
    "sparing.spare_memory": "SET memory_limit has no form in Core",
    "scratch.fresh_database": "CREATE and DROP DATABASE have no form in Core; only measurements use it",
    "columns.lookup": "the condition of a partial index",
}


def test_text_sql_is_listed_with_its_reason() -> None:
    assert set(functions_with_text()) == set(TEXT_SQL)


def functions_with_text() -> Iterator[str]:
    """The functions of storage that hand text to a driver."""
    for path in sorted(Path(storage.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(map(is_text_sql, ast.walk(node))):
                yield f"{path.stem}.{node.name}"


def is_text_sql(node: ast.AST) -> bool:
    """Whether this is `text(...)`, a COPY, or a driver's `execute` of a literal or a setting."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id == "text"
    if not isinstance(node.func, ast.Attribute):
        return False
    argument = node.args[0] if node.args else None
    given = isinstance(argument, ast.Constant) or (
        isinstance(argument, ast.Name) and argument.id.lower() in ("settings", "setting")
    )
    return node.func.attr in ("copy", "exec_driver_sql") or (node.func.attr == "execute" and given)
