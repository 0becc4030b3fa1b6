"""`cockpit user list|add|role|remove|restore|sign-in-link|scope`: who is in a workspace, as what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from cockpit.access import administration, invite
from cockpit.access.ownership import set_scope_value
from cockpit.bootstrap import Cockpit
from cockpit.cli.output import iso, open_from_environment, print_json, resolve_workspace
from cockpit.errors import InvalidInput, NotFound
from cockpit.model.ids import MemberId
from cockpit.model.roles import Role, role_named
from cockpit.model.viewer import Viewer, whole_workspace
from cockpit.settings import Settings
from cockpit.storage.members import Member, list_former_members, list_members

commands = typer.Typer(help="Who is in a workspace, as what.", no_args_is_help=True)
WORKSPACE = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain.")
EMAIL = typer.Argument(..., help="Their e-mail address.")
HOST = typer.Option("", help="The host name, with its port, at which they open the cockpit; without it, the usual one.")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")
ROLES = ", ".join(Role)


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace, and the operator as its administrator."""

    cockpit: Cockpit
    subdomain: str
    viewer: Viewer

    def members(self, *, former: bool = False) -> dict[str, Member]:
        """Who is here, or who has left, by e-mail."""
        with self.cockpit.db.read(self.viewer.workspace_id) as conn:
            found = (list_former_members if former else list_members)(conn, self.viewer.workspace_id)
        return {one.email: one for one in found}

    def member(self, email: str, *, former: bool = False) -> MemberId:
        """The member with this address.

        Raises:
            NotFound: there is none.
        """
        found = self.members(former=former).get(email.strip().casefold())
        if found is None:
            raise NotFound(f"{email} is {'not among those who left' if former else 'no member of'} {self.subdomain}.")
        return found.member_id


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="user")


@commands.command("list")
def list_all(
    *,
    workspace: str = WORKSPACE,
    former: bool = typer.Option(False, "--former", help="Those who were removed."),
    as_json: bool = AS_JSON,
) -> None:
    """List the members of a workspace."""
    with opened(workspace) as desk:
        found = desk.members(former=former)
    if as_json:
        print_json({"workspace": workspace, "members": [document(one) for one in found.values()]})
        return
    for one in found.values():
        typer.echo(f"{one.email:<40} {one.name:<28} {one.role:<14} since {iso(one.created_at)[:10]}")
    if not found:
        typer.echo("Nobody.")


@commands.command("add")
def add(
    email: str = EMAIL,
    *,
    workspace: str = WORKSPACE,
    name: str = typer.Option("", help="How people call them."),
    role: str = typer.Option(Role.MEMBER.value, help=f"One of {ROLES}."),
    host: str = HOST,
    as_json: bool = AS_JSON,
) -> None:
    """Add a member and print the link with which they sign in, once, within an hour."""
    with opened(workspace) as desk:
        db, now, wanted = desk.cockpit.db, datetime.now(UTC), checked_role(role)
        added = invite.add_member(db, desk.viewer, email=email, name=name, role=wanted, now=now)
        url = link(desk, added, host, now)
    if as_json:
        print_json({"member_id": added, "role": wanted, "sign_in_link": url})
    else:
        typer.echo(f"{email} is in {workspace} as {wanted}. Sign in once, within an hour:\n{url}")


@commands.command("role")
def change_role(
    email: str = EMAIL, role: str = typer.Argument(..., help=f"One of {ROLES}."), *, workspace: str = WORKSPACE
) -> None:
    """Give a member another role; they sign in anew."""
    with opened(workspace) as desk:
        who, wanted = desk.member(email), checked_role(role)
        administration.set_role(desk.cockpit.db, desk.viewer, who, wanted, now=datetime.now(UTC))
    typer.echo(f"{email} is {wanted} in {workspace}.")


@commands.command("remove")
def remove(email: str = EMAIL, *, workspace: str = WORKSPACE) -> None:
    """End a membership and its sessions; what they own keeps their name."""
    with opened(workspace) as desk:
        administration.remove_member(desk.cockpit.db, desk.viewer, desk.member(email), now=datetime.now(UTC))
    typer.echo(f"{email} is no member of {workspace} any more. `cockpit user restore` takes them back.")


@commands.command("restore")
def restore(email: str = EMAIL, *, workspace: str = WORKSPACE) -> None:
    """Take somebody back who was removed, as what they were."""
    with opened(workspace) as desk:
        who = desk.member(email, former=True)
        invite.restore_member(desk.cockpit.db, desk.viewer, who, now=datetime.now(UTC))
    typer.echo(f"{email} is a member of {workspace} again.")


@commands.command("sign-in-link")
def sign_in_link(email: str = EMAIL, *, workspace: str = WORKSPACE, host: str = HOST, as_json: bool = AS_JSON) -> None:
    """Print a link that signs a member in, once, within an hour."""
    with opened(workspace) as desk:
        url = link(desk, desk.member(email), host, datetime.now(UTC))
    if as_json:
        print_json({"sign_in_link": url})
    else:
        typer.echo(url)


@commands.command("scope")
def scope(
    email: str = EMAIL,
    value: int = typer.Argument(..., help="Their number in the other system."),
    *,
    field: str = typer.Option(..., help="The field of people that holds it, such as tipsAgentId."),
    workspace: str = WORKSPACE,
) -> None:
    """Say by which number another system knows a member; provisioning tells it to who creates people for them."""
    with opened(workspace) as desk:
        who = desk.member(email)
        with desk.cockpit.db.write(desk.viewer.workspace_id) as conn:
            set_scope_value(conn, desk.viewer.workspace_id, who, field, value)
    typer.echo(f"{email} is {field} {value}.")


@contextmanager
def opened(subdomain: str) -> Iterator[Desk]:
    """The workspace of this environment's database."""
    with open_from_environment() as cockpit:
        yield Desk(cockpit, subdomain, whole_workspace(resolve_workspace(cockpit, subdomain)))


def link(desk: Desk, member_id: MemberId, host: str, now: datetime) -> str:
    """A sign-in link for the host at which the member opens the cockpit."""
    where = host or usual_host(desk.cockpit.settings, desk.subdomain)
    return invite.sign_in_link(desk.cockpit.db, desk.viewer, member_id, host=where, now=now).url


def usual_host(settings: Settings, subdomain: str) -> str:
    """The name of a workspace on its server: under the base domain, else under localhost of this machine."""
    base = settings.base_domain.strip().lower()
    return f"{subdomain}.{base}" if base else f"{subdomain}.localhost:{settings.port}"


def checked_role(text: str) -> Role:
    """The role of this name.

    Raises:
        InvalidInput: there is none.
    """
    if text not in set(Role):
        raise InvalidInput(f"There is no role {text}: choose one of {ROLES}.")
    return Role(text)


def document(one: Member) -> dict[str, object]:
    """A member as JSON shows them."""
    about = {"member_id": one.member_id, "email": one.email, "name": one.name}
    return {**about, "role": one.role, "may_as": role_named(one.role), "created_at": one.created_at}
