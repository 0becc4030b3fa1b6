"""`cockpit workspace create|list`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import typer

from cockpit.cli.output import open_from_environment, print_json
from cockpit.errors import InvalidInput
from cockpit.ingestion.instants import zone_named
from cockpit.ingestion.start import start_workspace
from cockpit.storage.workspaces import list_workspaces

SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")  # what a host name allows

commands = typer.Typer(help="Workspaces.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="workspace")


@commands.command("create")
def create(
    *,
    subdomain: str = typer.Option(..., help="How the workspace is called in addresses and commands."),
    name: str = typer.Option(..., help="How people call it."),
    time_zone: str = typer.Option("UTC", help="IANA name, such as Europe/Berlin."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Create an empty workspace."""
    if not SUBDOMAIN.fullmatch(subdomain):
        raise InvalidInput(f"{subdomain!r} is no subdomain: use a-z, 0-9 and - (not at the ends), at most 63 of them.")
    zone_named(time_zone)
    now = datetime.now(UTC)
    # all workspaces: this one is not there yet
    with open_from_environment() as cockpit, cockpit.db.write() as conn:
        workspace_id = start_workspace(conn, subdomain=subdomain, name=name, time_zone=time_zone, now=now)
    if as_json:
        print_json({"workspace_id": workspace_id, "subdomain": subdomain, "name": name})
    else:
        typer.echo(f"Workspace {subdomain} ({name}) is created.")


@commands.command("list")
def list_all(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List the workspaces of this database."""
    # all workspaces: the list of them is what is asked for
    with open_from_environment() as cockpit, cockpit.db.read() as conn:
        known = list_workspaces(conn)
    if as_json:
        rows = [
            {"subdomain": one.subdomain, "name": one.name, "time_zone": one.time_zone, "is_demo": one.is_demo}
            for one in known
        ]
        print_json({"workspaces": rows})
        return
    for one in known:
        typer.echo(f"{one.subdomain:<24} {one.name}{'  (demo)' if one.is_demo else ''}")
    if not known:
        typer.echo("There is no workspace yet: `cockpit workspace create` makes one, `cockpit demo seed` a demo.")
