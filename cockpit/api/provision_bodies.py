"""What each provisioning route is sent: the guide's names, and nothing that a route does not know."""

from __future__ import annotations

from typing import Any

from pydantic import AliasChoices, ConfigDict, Field

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
    limit: str | None = None
    after: str | None = None


class Lenient(Body):
    """A body that the guide does not publish: what else a host sends in it is of no concern to us."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


def also(*names: str) -> Any:
    """A text that may be left out, and the names under which it may come."""
    return Field(default=None, repr=False, validation_alias=AliasChoices(*names))


class LinkIn(Lenient):
    """Which workspace is joined with the Hub, and how the Hub knows it."""

    workspaceId: str | None = None
    subdomain: str | None = also("subdomain", "workspaceSubdomain")
    hubApiKey: str | None = also("hubApiKey", "aventoraApiKey")
    assignedDomain: str | None = also("assignedDomain", "domainName")


class DemoIn(Lenient):
    """A workspace for a demo, with its administrator."""

    adminEmail: str = Field(validation_alias=AliasChoices("adminEmail", "email"))
    subdomain: str = Field(validation_alias=AliasChoices("subdomain", "tenantSubdomain", "slug"))
    displayName: str | None = also("displayName", "tenantDisplayName")
    industryPreset: str | None = None
    industryProfile: str | None = None
    hubApiKey: str | None = also("hubApiKey", "aventoraApiKey")
    assignedDomain: str | None = also("assignedDomain", "domainName")


class MappingsIn(Lenient):
    """What the Hub is asked to do for each action."""

    workspaceId: str | None = None
    subdomain: str | None = also("subdomain", "workspaceSubdomain")
    mappings: Any = also("mappings", "actionMappings", "AVENTORA_COCKPIT_ACTION_MAPPINGS")
