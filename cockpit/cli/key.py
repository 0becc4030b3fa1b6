"""`cockpit key create|list|revoke`: API keys of a workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import typer

from cockpit.access import api_keys
from cockpit.cli.output import iso, open_from_environment, print_json, resolve_workspace
from cockpit.errors import InvalidInput
from cockpit.model.viewer import whole_workspace
from cockpit.storage.api_keys import ApiKey, list_api_keys

commands = typer.Typer(help="API keys of a workspace.", no_args_is_help=True)
WORKSPACE = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain.")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="key")


@commands.command("create")
def create(
    *,
    workspace: str = WORKSPACE,
    name: str = typer.Option(..., help="What the key is for, such as the name of the program."),
    scope: list[str] = typer.Option(
        list(api_keys.USUAL),
        help=f"What it may do, repeatable: {', '.join(api_keys.SCOPES)}; without it, all but actions:execute.",
    ),
    as_json: bool = AS_JSON,
) -> None:
    """Make a key and print it: this is the only time that it is shown."""
    with open_from_environment() as cockpit:
        viewer = whole_workspace(resolve_workspace(cockpit, workspace))
        with cockpit.db.write(viewer.workspace_id) as conn:
            key = api_keys.create(conn, viewer, name=name, scopes=scope, now=datetime.now(UTC))
    if as_json:
        print_json({"key_id": key.key_id, "name": key.name, "scopes": key.scopes, "key": key.text})
        return
    typer.echo(key.text)
    typer.echo(f"Keep it now, it is not shown again. To take it away: cockpit key revoke {key.key_id} -w {workspace}")


@commands.command("list")
def list_all(*, workspace: str = WORKSPACE, as_json: bool = AS_JSON) -> None:
    """List the keys of a workspace; the secrets are stored nowhere."""
    with open_from_environment() as cockpit:
        workspace_id = resolve_workspace(cockpit, workspace)
        with cockpit.db.read(workspace_id) as conn:
            keys = list_api_keys(conn, workspace_id)
    if as_json:
        print_json({"keys": [document(key) for key in keys]})
        return
    for key in keys:
        state = f"revoked {iso(key.revoked_at)}" if key.revoked_at else "in use" if key.last_used_at else "never used"
        typer.echo(f"{key.key_id}  {key.prefix:<10} {key.name:<24} {', '.join(key.scopes)}  {state}")
    if not keys:
        typer.echo("This workspace has no keys: `cockpit key create` makes one.")


@commands.command("revoke")
def revoke(
    key_id: str = typer.Argument(..., help="The id of the key, as `cockpit key list` shows it."),
    *,
    workspace: str = WORKSPACE,
) -> None:
    """Take a key away; a running server refuses it within two seconds."""
    try:
        identity = UUID(key_id)
    except ValueError as error:
        raise InvalidInput(f"{key_id!r} is no id of a key.") from error
    with open_from_environment() as cockpit:
        viewer = whole_workspace(resolve_workspace(cockpit, workspace))
        with cockpit.db.write(viewer.workspace_id) as conn:
            api_keys.revoke(conn, viewer, identity, now=datetime.now(UTC))
    typer.echo("The key is revoked.")


def document(key: ApiKey) -> dict[str, object]:
    """A key as JSON shows it."""
    return {
        "key_id": key.key_id,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
