"""`cockpit rescore`: compute everybody anew."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from cockpit.cli.output import open_from_environment, print_json, resolve_workspace
from cockpit.cli.progress import progress_bar
from cockpit.ingestion.rescore import rescore


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rescore")(rescore_workspace)


def rescore_workspace(
    *,
    workspace: str = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain."),
    from_signals: bool = typer.Option(False, help="Replay every signal first; slower, and needed after no import."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Compute the scores and suggested actions of every person of a workspace anew."""
    with open_from_environment() as cockpit, progress_bar() as advance:
        workspace_id = resolve_workspace(cockpit, workspace)
        people = rescore(
            cockpit,
            workspace_id,
            datetime.now(UTC),
            lambda done, total: advance("people", done, total, ""),
            from_signals=from_signals,
        )
    if as_json:
        print_json({"workspace": workspace, "people": people})
    else:
        typer.echo(f"{people:,} people scored.")
