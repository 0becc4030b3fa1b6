"""A file is named after the thing in it.

`utils`, `helpers`, `manager`, `base` and `common` say where somebody gave up looking for the name.
"""

from __future__ import annotations

from tests.house.source import sources

BANNED = {"util", "utils", "helper", "helpers", "manager", "managers", "base", "common", "misc", "service"}


def test_no_file_has_a_name_that_says_nothing() -> None:
    names = [source.name for source in sources("cockpit", "scoring", "pages", "tests")]
    assert [name for name in names if set(name.removesuffix(".py").split("/")) & BANNED] == []
