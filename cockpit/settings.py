"""Every setting, its default and what it is for; read once from the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cockpit.errors import Misconfigured
from cockpit.model.hub_callback import HubCallback
from cockpit.model.wall import WallSettings


def data_folder() -> Path:
    """The folder of the user's application data, by the custom of the system."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "sales-cockpit"


def default_database_url() -> str:
    """A DuckDB file in the user's data folder."""
    return f"duckdb:///{data_folder() / 'cockpit.duckdb'}"


def variable_of(name: str) -> str:
    """The environment variable of a setting; some have the name that the CRM guide gives them."""
    alias = Settings.model_fields[name].validation_alias if name in Settings.model_fields else name
    return alias if isinstance(alias, str) else f"COCKPIT_{name.upper()}"


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(
        env_prefix="COCKPIT_", extra="ignore", frozen=True, populate_by_name=True, env_ignore_empty=True
    )

    database_url: str = Field(
        default_factory=default_database_url,
        description="`duckdb:///path/file.duckdb` or `postgresql://user:password@host/database`",
    )
    secret_key: str = Field(default="", description="signs sessions; needed unless the server listens on loopback only")
    host: str = Field(default="127.0.0.1", description="the address `cockpit serve` listens on")
    port: int = Field(default=8501, description="the port `cockpit serve` listens on")
    allowed_hosts: str = Field(
        default="", description="host names the server answers to besides its own, separated by commas"
    )
    base_domain: str = Field(
        default="",
        description="the domain under which each workspace has a name of its own, like `crm.example.com`; "
        "under `localhost` they always have one",
    )
    provisioning_secret: str = Field(
        default="",
        validation_alias="PROVISIONING_SECRET",
        repr=False,
        description="the bearer secret of `/auth/provision/*`: everything but deleting; at least 32 characters",
    )
    provisioning_secrets: str = Field(
        default="",
        repr=False,
        description="several of them, `name:scope+scope:secret` and commas between; scopes sso, provision, destroy",
    )
    join_policy: Literal["invite", "domain", "open"] = Field(
        default="invite",
        description="who may join a workspace that provisioning makes, until its admins say otherwise: `invite` those "
        "who were added, `domain` also people with an address of its first admin's domain, `open` whom a host sends",
    )
    hub_base_url: str = Field(
        default="",
        validation_alias="AVENTORA_BASE_URL",
        description="the Engagement Hub of workspaces that name no other, like `https://phone.example.com`",
    )
    hub_webhook_secret: str = Field(
        default="",
        validation_alias="AVENTORA_WEBHOOK_SECRET",
        repr=False,
        description="proves webhooks of the Hub in workspaces without a secret of their own; at least 16 characters",
    )
    hub_auto_provision_enabled: bool = Field(
        default=False,
        validation_alias="AVENTORA_HUB_AUTO_PROVISION_ENABLED",
        description="`true`: the Hub is told of every workspace and member that provisioning adds",
    )
    hub_provision_callback_url: str = Field(
        default="",
        validation_alias="AVENTORA_HUB_PROVISION_CALLBACK_URL",
        description="where it is told, like `http://hub:8010/internal/crm-hub-provision`",
    )
    hub_provision_callback_secret: str = Field(
        default="",
        validation_alias="AVENTORA_HUB_PROVISION_CALLBACK_SECRET",
        repr=False,
        description="the bearer secret it is told with",
    )
    clerk_issuer: str = Field(
        default="", description="sign-in by Clerk: the Frontend API address of the instance, which signs its tokens"
    )
    clerk_authorized_parties: str = Field(
        default="", description="the origins of the apps whose Clerk users may come, separated by commas"
    )
    clerk_audience: str = Field(default="", description="what the claim `aud` must say; empty: there must be none")
    clerk_jwt_key: str = Field(
        default="", description="the public key of the instance as PEM; empty: its keys are fetched from the issuer"
    )
    clerk_secret_key: str = Field(
        default="",
        repr=False,
        description="asks Clerk for the e-mail address of a user; not needed when tokens have the claim `email`",
    )
    clerk_api_url: str = Field(default="https://api.clerk.com/v1", description="where that is asked")
    clerk_sign_in_url: str = Field(default="", description="the sign-in page of your app, to which ours leads")
    oidc_issuer: str = Field(
        default="", description="sign-in by an OpenID provider: its issuer, like `https://accounts.google.com`"
    )
    oidc_client_id: str = Field(default="", description="the client that the provider knows the cockpit as")
    oidc_client_secret: str = Field(default="", repr=False, description="its secret; none for a public client")
    oidc_name: str = Field(default="single sign-on", description="how the sign-in page calls the provider")
    oidc_scopes: str = Field(default="openid email profile", description="what the provider is asked for")
    oidc_algorithm: str = Field(
        default="RS256", description="the one algorithm its tokens may be signed with: RS256, PS256, ES256 or ES384"
    )
    oidc_trust_email: bool = Field(
        default=False,
        description="`true`: the provider checks addresses, though it does not say `email_verified` (Entra ID)",
    )
    demo: bool = Field(default=True, description="seed a demo workspace when the database has no workspace")
    refresh_seconds: float = Field(default=5.0, description="how often the worker refreshes scores that are due")
    rate_limit: str = Field(
        default="400/second;20000/minute", description="how often one API key may ask; more is answered 429"
    )
    person_wall: bool = Field(
        default=False,
        validation_alias="PERSON_WALL",
        description="`true`: members who are no admins see only the people they own, unless the workspace opts out",
    )
    person_wall_workspace_ids: str = Field(
        default="",
        validation_alias="PERSON_WALL_WORKSPACE_IDS",
        description="the only workspaces with a wall, by id and separated by commas; none: all of them",
    )
    person_wall_workspace_id: str = Field(
        default="", validation_alias="PERSON_WALL_WORKSPACE_ID", description="one more of them; the older spelling"
    )
    person_wall_exclude_system_records: bool = Field(
        default=False,
        validation_alias="PERSON_WALL_EXCLUDE_SYSTEM_RECORDS",
        description="`true`: members behind the wall do not see people whom an integration created on behalf of nobody",
    )
    person_wall_field_name: str = Field(
        default="",
        validation_alias="PERSON_WALL_FIELD_NAME",
        description="the fields by which other systems say whose a person is, like `tipsAgentId,createdBy`",
    )
    person_wall_debug: bool = Field(
        default=False, validation_alias="PERSON_WALL_DEBUG", description="`true`: log who sees whom, and why"
    )

    @model_validator(mode="after")
    def _wall_can_be_read(self) -> Self:
        """A list with a slip in it would leave a workspace without its wall."""
        _ = self.wall
        return self

    @model_validator(mode="after")
    def _hub_can_be_called(self) -> Self:
        """Half a setting would be found out by whoever waits for the call."""
        _ = self.hub_callback
        return self

    @property
    def hub_callback(self) -> HubCallback | None:
        """Whom to tell of workspaces and members, or None.

        Raises:
            Misconfigured: it is switched on, and the address or the secret is missing.
        """
        if not self.hub_auto_provision_enabled:
            return None
        return HubCallback(self.hub_provision_callback_url, self.hub_provision_callback_secret)

    @property
    def wall(self) -> WallSettings:
        """What the variables of the person wall say together.

        Raises:
            Misconfigured: the list of workspaces holds something that is no id.
        """
        listed = f"{self.person_wall_workspace_ids},{self.person_wall_workspace_id}".split(",")
        try:
            ids = frozenset(UUID(one.strip()) for one in listed if one.strip())
        except ValueError as error:
            raise Misconfigured("PERSON_WALL_WORKSPACE_IDS must be ids of workspaces, separated by commas.") from error
        return WallSettings(self.person_wall, ids, self.person_wall_exclude_system_records)
