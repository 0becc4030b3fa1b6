"""`cockpit demo seed|clear`: the demo data, relative to now."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from cockpit.cli.output import open_from_environment, print_json, resolve_workspace
from cockpit.ingestion.demo.seed import SEED, SUBDOMAIN, clear_demo, seed_demo

commands = typer.Typer(help="The demo data.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="demo")


@commands.command("seed")
def seed_workspace(
    *,
    workspace: str = typer.Option(SUBDOMAIN, "--workspace", "-w", help="The workspace, made when it is missing."),
    seed: int = typer.Option(SEED, help="Another number gives other people."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Add 501 invented people and what happened to them until now; nothing when they are there already."""
    with open_from_environment() as cockpit:
        seeded = seed_demo(cockpit, datetime.now(UTC), subdomain=workspace, seed=seed)
    if as_json:
        print_json({"workspace": workspace, "people": seeded.people, "signals": seeded.signals})
    elif seeded.people:
        typer.echo(f"{seeded.people:,} people and {seeded.signals:,} signals added to {workspace}.")
    else:
        typer.echo(f"The demo is in {workspace} already; `cockpit demo clear` takes it out.")


@commands.command("clear")
def clear_workspace(
    *,
    workspace: str = typer.Option(SUBDOMAIN, "--workspace", "-w", help="The workspace, by subdomain."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Take the demo data out; every other record stays."""
    with open_from_environment() as cockpit:
        people = clear_demo(cockpit, resolve_workspace(cockpit, workspace))
    if as_json:
        print_json({"workspace": workspace, "people": people})
    else:
        typer.echo(f"{people:,} demo people taken out of {workspace}.")
