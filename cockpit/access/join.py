"""The way into a workspace: its policy, one workspace per user, and nobody ever becomes an admin by joining."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from cockpit.access import callbacks
from cockpit.access.unfinished import Unfinished
from cockpit.errors import BadRequest, Forbidden
from cockpit.model.ids import MemberId
from cockpit.storage import memberships
from cockpit.storage.database import Connection
from cockpit.storage.members import upsert_member
from cockpit.storage.workspaces import Workspace

ROLES = ("member", "aventora_user", "read_only")
# Everybody has an address there: having one in common says nothing about two people.
PUBLIC_MAIL = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "aol.com"),
        *("icloud.com", "me.com", "gmx.de", "gmx.net", "web.de", "proton.me", "protonmail.com", "mail.com"),
        *("yandex.com", "qq.com", "163.com"),
    }
)


@dataclass(frozen=True, slots=True)
class Joined:
    """The member, and whether the login or the membership is new."""

    member_id: MemberId
    user_id: UUID
    new_user: bool
    new_member: bool


def join_member(
    conn: Connection,
    workspace: Workspace,
    *,
    email: str,
    name: str,
    role: str = "aventora_user",
    explicit: bool,
    now: datetime,
) -> Joined:
    """Find the member with this address, or let them in as the policy says; `explicit`: the host named the workspace.

    Raises:
        BadRequest: the workspace is not active, or the user belongs elsewhere.
        Forbidden: the policy of the workspace does not let them in.
    """
    check_active(workspace)
    login = memberships.get_login(conn, email=email, name=name or email, now=now)
    ours = memberships.list_memberships(conn, login.user_id)
    if login.deleted_at is not None and ours:
        raise BadRequest("This login was taken away; an administrator can give it back.")
    here = next((one for one in ours if one.workspace_id == workspace.workspace_id), None)
    if here:
        return Joined(here.member_id, login.user_id, new_user=False, new_member=False)
    if ours:
        raise BadRequest("This user belongs to another workspace: use move-user.")
    if not login.is_new and login.deleted_at is None:
        raise BadRequest("This user exists but belongs to no workspace; an administrator has to look at it.")
    if not explicit:
        check_policy(workspace, email)
    memberships.replace_login_deleted(conn, login.user_id, None)
    chosen = role if role in ROLES else "aventora_user"
    member_id = upsert_member(conn, workspace.workspace_id, email=email, name=name or email, role=chosen, now=now)
    callbacks.enqueue(conn, workspace.workspace_id, callbacks.SYNC_MEMBERS, now)
    return Joined(member_id, login.user_id, new_user=login.is_new, new_member=True)


def check_active(workspace: Workspace) -> None:
    """Only a workspace that is ready lets anybody in."""
    if workspace.status == "pending":
        raise Unfinished(workspace.workspace_id)
    if workspace.status not in ("ready", None):
        raise BadRequest("This workspace is not active: setting it up has failed.")


def check_policy(workspace: Workspace, email: str) -> None:
    """Whether somebody may come in whom nobody named."""
    policy = workspace.settings.get("join_policy", "invite")
    domains = workspace.settings.get("join_domains") or ()
    if policy == "open" or (policy == "domain" and email.rpartition("@")[2] in domains):
        return
    raise Forbidden(
        "This workspace takes only people who were added to it: add this one with /auth/provision/user, or change who "
        "may join in its settings."
    )


def starting_policy(policy: str, email: str) -> dict[str, Any]:
    """What a new workspace says of joining: `domain` means the domain of whoever made it, unless everybody has that."""
    domain = email.rpartition("@")[2]
    if policy == "domain" and domain not in PUBLIC_MAIL:
        return {"join_policy": "domain", "join_domains": [domain]}
    return {"join_policy": "open" if policy == "open" else "invite"}


def email_of(text: str) -> str:
    """The address in the one form it is stored in.

    Raises:
        BadRequest: it is none.
    """
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.casefold()
    except EmailNotValidError as error:
        raise BadRequest("email must be an e-mail address.") from error


def phone_of(text: str) -> str:
    """A number as E.164: ten bare digits are North American, as the Hub reads them.

    Raises:
        BadRequest: it is none.
    """
    bare = "".join(sign for sign in text if sign.isascii() and (sign.isdigit() or sign == "+"))
    number = bare if bare.startswith("+") else f"+1{bare}" if len(bare) == 10 else f"+{bare}"
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException as error:
        raise BadRequest("engagementInitiatorPhone must be a phone number.") from error
    if not phonenumbers.is_possible_number(parsed):
        raise BadRequest("engagementInitiatorPhone must be a phone number.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
