"""What each provisioning route is sent: the guide's names, and nothing that a route does not know."""

from __future__ import annotations

from cockpit.api.provision_call import Body


class ResolveIn(Body):
    """Whose workspace."""

    email: str
    firstName: str = ""
    lastName: str = ""
    tenantSubdomain: str | None = None
    tenantDisplayName: str | None = None
    avatar: str | None = None


class UserIn(Body):
    """Who is to be in a workspace."""

    workspaceId: str
    email: str
    firstName: str = ""
    lastName: str = ""
    engagementInitiatorPhone: str | None = None
    avatar: str | None = None


class LoginIn(UserIn):
    """Who signs in, and on which page."""

    page: str | None = None


class OwnerIn(Body):
    """Who is to own a person."""

    workspaceId: str
    email: str | None = None
    engagementInitiatorPhone: str | None = None


class MoveIn(Body):
    """Who moves, from where, to where."""

    email: str
    fromWorkspaceId: str | None = None
    fromWorkspaceSubdomain: str | None = None
    toWorkspaceId: str | None = None
    toWorkspaceSubdomain: str | None = None
    firstName: str = ""
    lastName: str = ""
    avatar: str | None = None


class WorkspaceIn(Body):
    """A workspace by name, with its administrator."""

    adminEmail: str
    subdomain: str
    displayName: str | None = None
    industryPreset: str | None = None
    industryProfile: str | None = None


class Which(Body):
    """Which workspace, or which of them."""

    subdomain: str | None = None
    displayName: str | None = None
    activationStatus: str | None = None
