"""Somebody whom another system has signed in: which workspace is theirs here, and whether it lets them in.

let_in(conn, outsider, subdomain, *, now) -> Arrived      raises Forbidden, BadRequest, NotFound
find_place(conn, outsider, subdomain) -> Place
link_organization(conn, workspace, organization_id)       raises Conflict, InvalidInput
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from cockpit.access.join import Joined, join_member
from cockpit.errors import Conflict, Forbidden, InvalidInput
from cockpit.storage import memberships, workspace_changes, workspaces
from cockpit.storage.database import Connection
from cockpit.storage.workspaces import Workspace

LINK: Final = "clerk_organization"  # in the settings of a workspace: the organisation whose place it is
ORGANIZATION_ID: Final = re.compile(r"org_[A-Za-z0-9]{1,120}", re.ASCII)
LONGEST_NAME = 120
ELSEWHERE = "Your organisation has another workspace: sign in there."
OUTSIDE = "This workspace is your organisation's: choose the organisation in your app first."
NOWHERE = "Nothing says which workspace is yours: open its own address to sign in."


@dataclass(frozen=True, slots=True)
class Organization:
    """A company as the other system knows it."""

    id: str
    slug: str | None


@dataclass(frozen=True, slots=True)
class Outsider:
    """Who the other system says this is; the address is one it has checked."""

    email: str
    name: str
    by: Literal["clerk", "oidc"]
    organization: Organization | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace, and whether the outsider was put into it by name rather than by being able to guess it."""

    workspace: Workspace
    is_theirs: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who came in, and where."""

    workspace: Workspace
    joined: Joined


def let_in(conn: Connection, outsider: Outsider, subdomain: str | None, *, now: datetime) -> Arrived:
    """The member an outsider is; made when the organisation is linked or the policy of the workspace allows it.

    Raises:
        NotFound: the host names no workspace.
        Forbidden: it is not theirs, or takes only people who were added.
        BadRequest: they belong elsewhere, or the workspace is not active.
    """
    place = find_place(conn, outsider, subdomain)
    here = place.workspace
    if outsider.by == "clerk" and here.settings.get(LINK) and not place.is_theirs:
        raise Forbidden(OUTSIDE)  # whoever left the organisation has a token without it
    joined = join_member(conn, here, email=outsider.email, name=outsider.name, explicit=place.is_theirs, now=now)
    return Arrived(here, joined)


def find_place(conn: Connection, outsider: Outsider, subdomain: str | None) -> Place:
    """The workspace of an outsider: by organisation, by host, by membership, or the only one there is.

    Raises:
        NotFound: the host names no workspace.
        Forbidden: none of them is theirs.
    """
    named = None if subdomain is None else workspaces.get_workspace(conn, subdomain)
    if outsider.organization is not None:
        return _of_organization(conn, outsider.organization, named)
    if named is not None:
        return Place(named)
    return Place(_of_member(conn, outsider.email) or _only(conn))


def link_organization(conn: Connection, workspace: Workspace, organization_id: str | None) -> None:
    """Make a workspace the place of an organisation: whoever is in one is then in the other; None ends that.

    Raises:
        InvalidInput: this is no id of an organisation.
        Conflict: it is another workspace's.
    """
    if organization_id is not None:
        if not ORGANIZATION_ID.fullmatch(organization_id):
            raise InvalidInput("An organisation is named by its id, like org_2abc; find it in Clerk's dashboard.")
        other = _linked(conn, organization_id)
        if other is not None and other.workspace_id != workspace.workspace_id:
            raise Conflict(f"This organisation is linked to the workspace {other.subdomain} already.")
    workspace_changes.replace_workspace_settings(conn, workspace.workspace_id, {LINK: organization_id})


def clean_name(*parts: object) -> str:
    """A name as one line; what is no text counts as nothing."""
    words = " ".join(part for part in parts if isinstance(part, str))
    printable = "".join(sign if sign.isprintable() else " " for sign in words)
    return " ".join(printable.split())[:LONGEST_NAME]


def _of_organization(conn: Connection, organization: Organization, named: Workspace | None) -> Place:
    linked = named if named and named.settings.get(LINK) == organization.id else _linked(conn, organization.id)
    found = linked or (workspaces.find_workspace(conn, organization.slug) if organization.slug else None)
    # A slug can be chosen by whoever makes an organisation: alone it gives no more than a host name does.
    if found is None or found.settings.get(LINK) not in (None, organization.id):
        raise Forbidden("Your organisation has no workspace here.")
    if named is not None and named.workspace_id != found.workspace_id:
        raise Forbidden(ELSEWHERE)
    return Place(found, is_theirs=linked is not None)


def _linked(conn: Connection, organization_id: str) -> Workspace | None:
    return workspaces.find_workspace_with(conn, LINK, organization_id)


def _of_member(conn: Connection, email: str) -> Workspace | None:
    login = memberships.find_login(conn, email)
    ours = memberships.list_memberships(conn, login.user_id) if login else ()
    return workspaces.get_workspace_by_id(conn, ours[0].workspace_id) if len(ours) == 1 else None


def _only(conn: Connection) -> Workspace:
    known = [one for one in workspaces.list_workspaces(conn, limit=2) if not one.is_demo]
    if len(known) != 1:
        raise Forbidden(NOWHERE)
    return known[0]
