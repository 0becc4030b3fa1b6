"""The tables in the documents are what the program says of itself; `cog -r` on them brings them up to date."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cockpit.settings import Settings
from tests.docs import tables
from tests.docs.markdown import DOCUMENTS, ROOT

GENERATED = [path for path in DOCUMENTS if "[[[cog" in path.read_text(encoding="utf-8")]


def test_tables_are_fresh() -> None:
    files = [str(path.relative_to(ROOT)) for path in GENERATED]
    told = subprocess.run(
        [sys.executable, "-m", "cogapp", "--check", "--diff", *files],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    "make",
    [
        tables.settings,
        tables.commands,
        tables.panels,
        tables.actions,
        tables.formats,
        tables.presets,
        tables.preset_changes,
    ],
)
def test_table_has_no_empty_description(make: object) -> None:
    rows = [line.strip("|").split("|") for line in make().splitlines()[2:]]  # type: ignore[operator]
    assert rows
    assert [row for row in rows if not row[-2].strip()] == []
