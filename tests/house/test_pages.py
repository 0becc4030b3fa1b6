"""Pages and the entry point stay thin: they enter and show, and import only the screens.

A page file can be run by a deep link without the entry point, so it must pass the gate itself, first; the less it
holds, the easier that is to see.
"""

from __future__ import annotations

import ast

import pytest

from tests.house.source import Source, dotted, imported_modules, sources

PAGES = sources("pages")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_imports_only_the_screens(page: Source) -> None:
    ours = {name for name in imported_modules(page.tree) if name != "__future__"}
    assert {name for name in ours if not name.startswith("cockpit.ui")} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_has_at_most_fifteen_lines(page: Source) -> None:
    assert len(page.lines) <= 15


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_enters_before_it_shows(page: Source) -> None:
    actions = [node for node in page.tree.body if isinstance(node, ast.Assign | ast.Expr) and calls(node)]
    assert calls(actions[0])[-1].endswith("enter")


def calls(node: ast.Assign | ast.Expr) -> list[str]:
    return [dotted(part.func) for part in ast.walk(node.value) if isinstance(part, ast.Call)]


def test_entry_point_has_at_most_forty_lines() -> None:
    assert len(sources("app.py")[0].lines) <= 40
