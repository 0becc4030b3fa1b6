"""`cockpit signals import`: a file of signals, with its people and its catalogue."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import typer

from cockpit.cli.imported import options_of, report, show_step
from cockpit.cli.output import open_from_environment, resolve_workspace
from cockpit.cli.progress import progress_bar
from cockpit.ingestion.load import SOURCE, import_signals

commands = typer.Typer(help="Bring signals in.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="signals")


@commands.callback()
def group() -> None:
    """Bring signals in."""


@commands.command("import")
def import_file(
    *,
    file: Path = typer.Argument(..., help="CSV, JSONL or Parquet, each also with .gz."),
    workspace: str = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain."),
    people: Path | None = typer.Option(None, help="A file of people, imported first."),
    catalogue: Path | None = typer.Option(None, help="A TOML file of signal types and attributes, published first."),
    source: str = typer.Option(SOURCE, help="The source of signals that name none; ids are unique within a source."),
    time_zone: str | None = typer.Option(None, help="The zone of times without one; without it such rows are refused."),
    as_json: bool = typer.Option(False, "--json", help="Print the summary as JSON."),
) -> None:
    """Import a file of signals; run it again after any break and it goes on where it was.

    Rows that cannot be taken are listed in FILE.rejects.csv with the reason; the exit status is then 1.
    """
    options = options_of(source, time_zone)
    with open_from_environment() as cockpit:
        workspace_id = resolve_workspace(cockpit, workspace)
        with progress_bar() as advance:
            loaded = import_signals(
                cockpit,
                workspace_id,
                file,
                datetime.now(UTC),
                people=people,
                catalogue=catalogue,
                options=options,
                progress=show_step(advance),
            )
    parts = {"people": loaded.people} if loaded.people else {}
    report({**parts, "signals": loaded.signals}, as_json=as_json, model_version=loaded.model_version)
