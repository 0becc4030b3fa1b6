"""`cockpit clerk link|unlink`: whose workspace it is in Clerk."""

from __future__ import annotations

import typer

from cockpit.access.outsiders import link_organization
from cockpit.cli.output import open_from_environment
from cockpit.storage.workspaces import get_workspace

commands = typer.Typer(help="Sign-in by Clerk.", no_args_is_help=True)
WORKSPACE = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="clerk")


@commands.command("link")
def link(
    workspace: str = WORKSPACE, organization: str = typer.Option(..., help="The organisation's id, such as org_2abc.")
) -> None:
    """Link a workspace with an organisation of Clerk: its people may then sign in, and others may not."""
    _link(workspace, organization)
    typer.echo(f"The workspace {workspace} is linked with {organization}.")


@commands.command("unlink")
def unlink(workspace: str = WORKSPACE) -> None:
    """End that link; whoever is a member stays one."""
    _link(workspace, None)
    typer.echo(f"The workspace {workspace} is linked with no organisation.")


def _link(workspace: str, organization: str | None) -> None:
    # all workspaces: an organisation has one of them, so all are looked at
    with open_from_environment() as cockpit, cockpit.db.write() as conn:
        link_organization(conn, get_workspace(conn, workspace), organization)
