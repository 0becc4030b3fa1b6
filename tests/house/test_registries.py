"""Everything in a registry explains itself and is in a test.

A registry is where the next panel, action, format or source is added; what is added without a title, a sentence or a
test works for its author only.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cockpit.exports.registry import FORMATS
from cockpit.panels.registry import PANELS
from scoring.actions.registry import ACTIONS
from scoring.signals import BUILT_IN
from tests.house.source import sources

TESTS = "\n".join(source.text for source in sources("tests") if "house" not in source.name)


def described(registry: Mapping[str, object], *attributes: str) -> list[str]:
    """The entries that lack one of these texts."""
    return [
        f"{name}.{attribute}"
        for name, entry in registry.items()
        for attribute in attributes
        if not str(getattr(entry, attribute)).strip()
    ]


def test_panels_explain_themselves() -> None:
    assert described(PANELS, "title", "description", "order", "empty_cause") == []


def test_actions_explain_themselves() -> None:
    assert described(ACTIONS, "title", "description") == []


def test_formats_explain_themselves() -> None:
    assert described(FORMATS, "title", "help", "media_type", "suffix") == []


def test_signal_types_explain_themselves() -> None:
    assert described(BUILT_IN, "label", "direction", "channel") == []


@pytest.mark.parametrize("name", [*PANELS, *ACTIONS, *FORMATS])
def test_entry_is_in_a_test(name: str) -> None:
    assert f'"{name}"' in TESTS


@pytest.mark.parametrize("registry", [PANELS, ACTIONS, FORMATS])
def test_key_is_the_name_in_the_entry(registry: Mapping[str, object]) -> None:
    names = [getattr(entry, "slug", None) or getattr(entry, "key", None) for entry in registry.values()]
    assert names == list(registry)
