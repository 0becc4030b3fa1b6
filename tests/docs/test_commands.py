"""Every command a document shows exists, with the options it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer

from cockpit.cli import build_app
from tests.docs.markdown import DOCUMENTS, commands, name_of

SHOWN = [(path, words) for path in DOCUMENTS for words in commands(path)]


@pytest.fixture(scope="module")
def program() -> Any:
    return typer.main.get_command(build_app())


@pytest.mark.parametrize(
    ("document", "words"), SHOWN, ids=[f"{name_of(path)}: {' '.join(words)}" for path, words in SHOWN]
)
def test_command_in_a_document_exists(program: Any, document: Path, words: list[str]) -> None:
    command, rest = program, list(words)
    while isinstance(command, typer.core.TyperGroup):
        assert rest, f"{name_of(document)} shows half a command"
        command = command.commands[rest.pop(0)]
    known = {name for option in command.params for name in option.opts}
    assert {word.split("=")[0] for word in rest if word.startswith("-")} <= known


def test_documents_show_commands() -> None:
    assert len(SHOWN) > 10
