"""Small files, short functions: 500 lines a file, 50 lines a function's body, at most.

Whoever opens a file should be able to hold it in mind; 250 lines and 8 lines are what is aimed at.
"""

from __future__ import annotations

import ast

from tests.house.source import sources

PLACES = ("cockpit", "scoring", "pages", "app.py", "tests")


def test_no_file_over_500_lines() -> None:
    assert [(source.name, len(source.lines)) for source in sources(*PLACES) if len(source.lines) > 500] == []


def test_no_function_over_50_lines() -> None:
    faults = [
        f"{source.name}:{function.lineno} {function.name} has {length} lines"
        for source in sources()
        if "/migrations/versions/" not in source.name  # a revision is a list of tables, written once
        for function in source.functions()
        if (length := body_lines(function)) > 50
    ]
    assert faults == []


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function after its docstring."""
    first = function.body[1] if ast.get_docstring(function) and len(function.body) > 1 else function.body[0]
    return (function.end_lineno or first.lineno) - first.lineno + 1
