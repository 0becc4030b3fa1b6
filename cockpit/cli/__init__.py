"""The `cockpit` command: every module of this folder that defines `register(app)` adds its commands.

A module is named after the first word of its commands, so that running one command imports one module.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

import typer

from cockpit.errors import CockpitError

HELP = "Who to call first, and why: signals in, ranked panels out."
HINT = "Run the same command with --debug to see where it happened, and `cockpit doctor` to check the installation."


def command_modules() -> list[str]:
    """The modules of this folder, by name."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def build_app(only: str | None = None) -> typer.Typer:
    """The whole application, or the part of it that one module registers."""
    app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_options)
    for name in [only] if only else command_modules():
        register: Callable[[typer.Typer], None] | None = getattr(
            importlib.import_module(f"{__name__}.{name}"), "register", None
        )
        if register:
            register(app)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command; every failure becomes a sentence on stderr and an exit status."""
    words = [word for word in arguments if word != "--debug"]
    debug = len(words) != len(arguments)
    try:
        return _status(build_app(_module_of(words))(args=words, prog_name="cockpit"))
    except SystemExit as leaving:
        return _status(leaving.code)
    except CockpitError as error:
        return _fail(error.message, debug=debug)
    except KeyboardInterrupt:
        return _fail("Stopped.", debug=debug, status=130)
    except BrokenPipeError:  # the reader of our output has seen enough, as in `cockpit panels | head`
        sys.stderr.close()
        return 141
    except Exception as error:  # noqa: BLE001  (the outermost frame: nobody above could say it better)
        return _fail(f"Something unexpected went wrong: {type(error).__name__}: {error}\n{HINT}", debug=debug)


def _module_of(words: Sequence[str]) -> str | None:
    """The module that holds the command, when the first word says so."""
    first = words[0].replace("-", "_") if words else ""
    return first if first in command_modules() else None


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cockpit {version('sales-cockpit')}")
        raise typer.Exit


def _options(
    debug: bool = typer.Option(False, "--debug", help="Show the full traceback of a failure."),
    show_version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_print_version, help="Show the version and stop."
    ),
) -> None:
    """Declare the options that stand before a command; run() reads --debug itself, anywhere on the line."""


def _status(code: Any) -> int:
    return code if isinstance(code, int) else 0 if code is None else 1


def _fail(sentence: str, *, debug: bool, status: int = 1) -> int:
    if debug:
        traceback.print_exc()
    typer.echo(sentence, err=True)
    return status
