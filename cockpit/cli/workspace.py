"""`cockpit workspace create|list|show|rename|settings|retry|delete`, and the commands of presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import typer

from cockpit.access import administration, workspace_states
from cockpit.access.embedding import allowed_origins
from cockpit.access.teardown import tear_down
from cockpit.access.viewers import wall_of
from cockpit.bootstrap import Cockpit
from cockpit.cli import workspace_presets
from cockpit.cli.output import iso, open_from_environment, print_json, resolve_workspace
from cockpit.errors import Conflict, InvalidInput
from cockpit.ingestion.instants import zone_named
from cockpit.ingestion.start import RULES, start_workspace
from cockpit.model.hosts import LABEL
from cockpit.model.viewer import whole_workspace
from cockpit.storage.members import list_members
from cockpit.storage.workspace_changes import replace_workspace_settings
from cockpit.storage.workspaces import Workspace, get_workspace, list_workspaces

WALL = {"on": True, "off": False, "inherit": None}

commands = typer.Typer(help="Workspaces.", no_args_is_help=True)
NAMED = typer.Argument(..., metavar="WORKSPACE", help="The workspace, by subdomain.")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")


@dataclass(frozen=True, slots=True)
class Told:
    """What is shown of a workspace; no secret is among it."""

    workspace: Workspace
    members: int
    admins: int
    wall: str

    @property
    def document(self) -> dict[str, Any]:
        """As JSON."""
        one = self.workspace
        return {
            "workspace_id": one.workspace_id,
            "subdomain": one.subdomain,
            "name": one.name,
            "time_zone": one.time_zone,
            "is_demo": one.is_demo,
            "status": one.status or "ready",
            "provisioning_step": one.provisioning_step,
            "provisioning_attempts": one.provisioning_attempts,
            "provisioning_error": one.provisioning_error,
            "members": self.members,
            "admins": self.admins,
            "join_policy": one.settings.get("join_policy", "invite"),
            "join_domains": one.settings.get("join_domains") or [],
            "embed_origins": list(allowed_origins(one.settings)),
            "person_wall": self.wall,
            "industry_preset": one.settings.get("industry_preset"),
            "industry_profile": one.settings.get("industry_profile"),
            "created_at": one.created_at,
        }


def register(app: typer.Typer) -> None:
    """Add the commands."""
    workspace_presets.register_in(commands)
    app.add_typer(commands, name="workspace")


@commands.command("create")
def create(
    *,
    subdomain: str = typer.Option(..., help="How the workspace is called in addresses and commands."),
    name: str = typer.Option(..., help="How people call it."),
    time_zone: str = typer.Option("UTC", help="IANA name, such as Europe/Berlin."),
    as_json: bool = AS_JSON,
) -> None:
    """Create an empty workspace."""
    if not LABEL.fullmatch(subdomain):
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
def list_all(as_json: bool = AS_JSON) -> None:
    """List the workspaces of this database."""
    # all workspaces: the list of them is what is asked for
    with open_from_environment() as cockpit, cockpit.db.read() as conn:
        known = list_workspaces(conn)
    if as_json:
        names = ("subdomain", "name", "time_zone", "is_demo", "status")
        print_json({"workspaces": [{name: getattr(one, name) for name in names} for one in known]})
        return
    for one in known:
        state = "" if one.status in ("ready", None) else f"  ({one.status})"
        typer.echo(f"{one.subdomain:<24} {one.name}{'  (demo)' if one.is_demo else ''}{state}")
    if not known:
        typer.echo("There is no workspace yet: `cockpit workspace create` makes one, `cockpit demo seed` a demo.")


@commands.command("show")
def show(subdomain: str = NAMED, *, as_json: bool = AS_JSON) -> None:
    """Show what a workspace is set to, and how far its setting up came."""
    with open_from_environment() as cockpit:
        tell(told(cockpit, subdomain).document, as_json=as_json)


@commands.command("rename")
def rename(
    subdomain: str = NAMED,
    *,
    name: str = typer.Option(None, help="How people call it."),
    time_zone: str = typer.Option(None, help="IANA name, such as Europe/Berlin."),
) -> None:
    """Call a workspace something else, or move its clock; the subdomain stays."""
    if name is None and time_zone is None:
        raise InvalidInput("Say what to change: --name, --time-zone, or both.")
    with open_from_environment() as cockpit:
        here = told(cockpit, subdomain).workspace
        viewer = whole_workspace(here.workspace_id)
        named, zone = name or here.name, time_zone or here.time_zone
        administration.rename(cockpit.db, viewer, name=named, time_zone=zone)
    typer.echo(f"Workspace {subdomain} is called {named}, its time zone is {zone}.")


@commands.command("settings")
def settings(
    subdomain: str = NAMED,
    *,
    join_policy: str = typer.Option(None, help="Who joins by coming in: invite, domain or open."),
    domain: list[str] = typer.Option([], help="A domain whose people may join, repeatable; for the policy domain."),
    embed_origin: list[str] = typer.Option([], help="A site that may embed the workspace, repeatable; all that may."),
    no_embedding: bool = typer.Option(False, "--no-embedding", help="No site may embed it."),
    person_wall: str = typer.Option(None, help=f"What the workspace says of the person wall: {', '.join(WALL)}."),
    as_json: bool = AS_JSON,
) -> None:
    """Change what a workspace is set to, and show it; without options, only show it."""
    if person_wall not in (None, *WALL):
        raise InvalidInput(f"--person-wall is one of {', '.join(WALL)}.")
    with open_from_environment() as cockpit:
        viewer = whole_workspace(resolve_workspace(cockpit, subdomain))
        if join_policy is not None or domain:
            administration.set_join_policy(cockpit.db, viewer, join_policy or "domain", domain)
        if embed_origin or no_embedding:
            administration.set_embed_origins(cockpit.db, viewer, embed_origin)
        if person_wall is not None:
            with cockpit.db.write(viewer.workspace_id) as conn:
                replace_workspace_settings(conn, viewer.workspace_id, {"person_wall": WALL[person_wall]})
        tell(told(cockpit, subdomain).document, as_json=as_json)


@commands.command("retry")
def retry(subdomain: str = NAMED, *, as_json: bool = AS_JSON) -> None:
    """Set up a workspace again whose setting up has failed or stopped."""
    with open_from_environment() as cockpit:
        workspace_id = resolve_workspace(cockpit, subdomain)
        made = workspace_states.retry(cockpit.db, workspace_id, rules=RULES, now=datetime.now(UTC))
    if as_json:
        print_json({"subdomain": subdomain, "status": made.status, "provisioning_error": made.provisioning_error})
    else:
        typer.echo(f"Workspace {subdomain} is {made.status}. {made.provisioning_error or ''}".rstrip())
    if made.status != "ready":
        raise typer.Exit(1)


@commands.command("delete")
def delete(
    subdomain: str = NAMED,
    *,
    really: str = typer.Option(..., "--really", help="The subdomain once more: nothing of it can be brought back."),
) -> None:
    """Delete a workspace with everything in it."""
    if really != subdomain:
        raise Conflict("--really must say the subdomain of the workspace that is to go.")
    # all workspaces: whether a user who is left without this one has another
    with open_from_environment() as cockpit, cockpit.db.write() as conn:
        tear_down(conn, subdomain, datetime.now(UTC))
    typer.echo(f"Workspace {subdomain} is deleted.")


def told(cockpit: Cockpit, subdomain: str) -> Told:
    """What there is to say of a workspace."""
    workspace_id = resolve_workspace(cockpit, subdomain)
    with cockpit.db.read(workspace_id) as conn:
        here = get_workspace(conn, subdomain)
        members = list_members(conn, workspace_id)
    admins = sum(one.role in ("admin", "owner") for one in members)
    return Told(here, len(members), admins, wall_of(cockpit.settings, here).because)


def tell(document: Mapping[str, Any], *, as_json: bool) -> None:
    """Print it, as JSON or a line each."""
    if as_json:
        print_json(document)
        return
    for name, value in document.items():
        shown = iso(value) if isinstance(value, datetime) else ", ".join(value) if isinstance(value, list) else value
        typer.echo(f"{name.replace('_', ' '):<22} {'' if shown is None else shown}".rstrip())
