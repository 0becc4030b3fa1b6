"""Who is asking, and the headers in which the gate hands that to the screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NewType
from uuid import UUID

from cockpit.model.ids import MemberId, WorkspaceId

Principal = NewType("Principal", str)

LOCAL_OWNER: Final = Principal("local:owner")

# Set by the gate alone: a client's own headers of these names are dropped before anything reads them.
PRINCIPAL_HEADER: Final = "x-cockpit-principal"
MODE_HEADER: Final = "x-cockpit-mode"
TRUSTED_HEADERS: Final = {PRINCIPAL_HEADER: "principal", MODE_HEADER: "mode"}

# How somebody came in, for the screens: `embed` has no navigation; only `code` and `login` may log out.
OWNER: Final = "owner"  # this machine's own user, who needs no sign-in
CODE: Final = "code"  # with a sign-in code
LOGIN: Final = "login"  # by Clerk or another provider
SSO: Final = "sso"  # from a host, into the whole cockpit
EMBED: Final = "embed"  # from a host, into one page
MAY_LOG_OUT: Final = frozenset({CODE, LOGIN})


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking, and how they came in."""

    principal: Principal
    mode: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A member of a workspace, as a principal names one."""

    workspace_id: WorkspaceId
    member_id: MemberId


def member_principal(workspace_id: WorkspaceId, member_id: MemberId) -> Principal:
    """The principal of a member."""
    return Principal(f"{workspace_id.hex}:{member_id.hex}")


def membership_of(principal: str) -> Membership | None:
    """The member whom a principal names, or None when it is not a member's."""
    workspace, _, member = principal.partition(":")
    if len(workspace) != 32 or len(member) != 32:
        return None
    try:
        return Membership(WorkspaceId(UUID(workspace)), MemberId(UUID(member)))
    except ValueError:
        return None
