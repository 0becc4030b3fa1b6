"""Tests run the product: nothing of ours is replaced by a mock, nothing is left out in silence.

A mock of our own code agrees with whatever its author believed. Only the tests that drive a browser may be skipped,
where there is none, and those that measure on data that is not part of the repository, where it is not there.
"""

from __future__ import annotations

import ast

from tests.house.source import dotted, imported_modules, sources

SKIPS = {"pytest.skip", "pytest.mark.skip", "pytest.mark.skipif", "pytest.importorskip", "pytest.xfail"}


def test_no_mocks() -> None:
    mocking = {"unittest.mock", "mock", "pytest_mock"}
    assert [source.name for source in sources("tests") if imported_modules(source.tree) & mocking] == []


def test_only_tests_that_need_something_from_outside_are_skipped() -> None:
    faults = [
        f"{source.name}:{node.lineno} {dotted(node)}"
        for source in sources("tests")
        if "browser" not in source.text and "measuring data" not in source.text
        for node in source.nodes
        if isinstance(node, ast.Attribute) and dotted(node) in SKIPS
    ]
    assert faults == []


def test_nothing_is_left_for_later() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")
    assert [source.name for source in sources() if any(word in source.text for word in words)] == []
