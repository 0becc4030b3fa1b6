"""The product's source files, each read once, and parsed once where a house rule asks for more than its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("cockpit", "scoring", "pages", "app.py")


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The path from the top of the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def tree(self) -> ast.Module:
        """The file as Python reads it."""
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every part of the tree."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file."""
        return self.text.splitlines()

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function, methods and nested ones too."""
        for node in self.nodes:
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
    return tuple(source_at(path) for path in found)


@cache
def source_at(path: Path) -> Source:
    """The file there."""
    return Source(path, path.read_text(encoding="utf-8"))


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
