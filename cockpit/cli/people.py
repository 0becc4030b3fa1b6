"""`cockpit people import`: a file of people."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import typer

from cockpit.cli.imported import options_of, report, show_step
from cockpit.cli.output import open_from_environment, resolve_workspace
from cockpit.cli.progress import progress_bar
from cockpit.ingestion.load import SOURCE, import_people

commands = typer.Typer(help="Bring people in.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="people")


@commands.callback()
def group() -> None:
    """Bring people in."""


@commands.command("import")
def import_file(
    *,
    file: Path = typer.Argument(..., help="CSV, JSONL or Parquet, each also with .gz."),
    workspace: str = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain."),
    time_zone: str | None = typer.Option(None, help="The zone of times without one; without it such rows are refused."),
    as_json: bool = typer.Option(False, "--json", help="Print the summary as JSON."),
) -> None:
    """Import a file of people; a blank field never overwrites, unknown columns become attributes."""
    options = options_of(SOURCE, time_zone)
    with open_from_environment() as cockpit:
        workspace_id = resolve_workspace(cockpit, workspace)
        with progress_bar() as advance:
            imported = import_people(
                cockpit, workspace_id, file, datetime.now(UTC), options=options, progress=show_step(advance)
            )
    report({"people": imported}, as_json=as_json)
