"""The command as a whole: every failure is a sentence, every command says what it does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from cockpit import cli
from cockpit.cli import build_app, command_modules
from cockpit.errors import NotFound
from tests.cli.command import cockpit_command

ROOT = Path(__file__).parents[2]


def failing_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every command fail with this error."""

    def build(only: str | None = None) -> typer.Typer:
        app = typer.Typer(pretty_exceptions_enable=False)

        @app.command()
        def fail() -> None:
            raise error

        return app

    monkeypatch.setattr(cli, "build_app", build)


def test_known_error_is_its_sentence_and_status_one(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_with(NotFound("There is no workspace called loans."), monkeypatch)
    answer = cockpit_command()
    assert (answer.status, answer.out, answer.err) == (1, "", "There is no workspace called loans.\n")


def test_unexpected_error_is_a_sentence_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_with(ZeroDivisionError("division by zero"), monkeypatch)
    answer = cockpit_command()
    assert answer.status == 1
    assert answer.err.startswith("Something unexpected went wrong: ZeroDivisionError: division by zero\nRun the same")
    assert "Traceback" not in answer.err


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_with(ZeroDivisionError("division by zero"), monkeypatch)
    assert "Traceback" in cockpit_command("--debug").err


def test_interruption_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_with(KeyboardInterrupt(), monkeypatch)  # type: ignore[arg-type]
    answer = cockpit_command()
    assert answer.status == 130
    assert "Traceback" not in answer.err


def test_wrong_usage_is_status_two() -> None:
    answer = cockpit_command("no-such-command")
    assert answer.status == 2
    assert "No such command 'no-such-command'" in answer.err


def test_version_is_told() -> None:
    answer = cockpit_command("--version")
    assert (answer.status, answer.out) == (0, "cockpit 0.1.0\n")


def test_program_starts_as_a_module() -> None:
    told = subprocess.run([sys.executable, "-m", "cockpit", "--version"], capture_output=True, text=True, check=True)
    assert told.stdout == "cockpit 0.1.0\n"


def test_output_cut_off_by_the_reader_is_no_error(tmp_path: Path) -> None:
    """`cockpit ... | head` closes the pipe before everything is written."""
    told = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -m cockpit --help | true"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert "Traceback" not in told.stderr


def test_every_command_says_what_it_does() -> None:
    for name, command in commands(typer.main.get_command(build_app())):
        assert command.help, name
        assert all(option.help for option in command.params if option.name != "help"), name


def commands(command: object, name: str = "cockpit") -> list[tuple[str, typer.core.TyperCommand]]:
    """All commands of the program, with their full names."""
    if isinstance(command, typer.core.TyperGroup):
        return [pair for word, part in command.commands.items() for pair in commands(part, f"{name} {word}")]
    return [(name, command)]  # type: ignore[list-item]


@pytest.mark.parametrize(
    "name",
    [
        "serve",
        "upgrade",
        "demo",
        "workspace",
        "signals",
        "people",
        "panels",
        "explain",
        "score",
        "rescore",
        "export",
        "doctor",
        "bench",
    ],
)
def test_command_is_found_in_the_module_of_its_name(name: str) -> None:
    assert name in command_modules()
    assert name in typer.main.get_command(build_app(name)).commands  # type: ignore[attr-defined]
