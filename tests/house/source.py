"""The product's source files, parsed once for all house rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("cockpit", "scoring", "pages", "app.py")


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path from the top of the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def lines(self) -> list[str]:
        """The lines of the file."""
        return self.text.splitlines()

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function, methods and nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def text_of(self, node: ast.stmt) -> str:
        """The source of a statement with its decorators and comments."""
        return "\n".join(self.lines[node.lineno - 1 : node.end_lineno])


@cache
def sources(*places: str) -> tuple[Source, ...]:
    """The files under these places; without any, the whole product."""
    found: list[Path] = []
    for place in places or PRODUCT:
        path = ROOT / place
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return tuple(Source(path, text := path.read_text(encoding="utf-8"), ast.parse(text)) for path in found)


def imported_modules(tree: ast.AST) -> set[str]:
    """The names of all modules a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


def dotted(node: ast.expr) -> str:
    """`st.cache_data` for the expression that says so; empty for anything that is no name."""
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""
