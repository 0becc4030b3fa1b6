"""The workspace a request is about, as far as its host, its session or its login token tells, and who may frame it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs
from uuid import UUID

from starlette.types import Scope

from cockpit.access import credentials
from cockpit.access.embedding import allowed_origins
from cockpit.api.kept import Kept
from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError
from cockpit.model.hosts import subdomain_in
from cockpit.model.ids import WorkspaceId
from cockpit.model.principals import Identity, membership_of
from cockpit.storage import workspaces
from cockpit.storage.workspaces import Workspace

ONLY = "only"  # no name was given: the one workspace there is


@dataclass(slots=True)
class Framing:
    """Which origins may frame what is answered; nobody where no database is open."""

    cockpit: Callable[[], Cockpit] | None
    base_domain: str
    _kept: Kept[tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Keep answers for a moment."""
        self._kept = Kept(self._ask)

    async def origins(self, scope: Scope, host: str, identity: Identity | None) -> tuple[str, ...]:
        """The origins that may frame the answer to this request."""
        if self.cockpit is None:
            return ()
        try:
            return await self._kept.get_async(self._key(scope, host, identity))
        except CockpitError:
            return ()

    def _key(self, scope: Scope, host: str, identity: Identity | None) -> str:
        named = subdomain_in(host, self.base_domain)
        if named is not None:
            return f"subdomain {named}"
        member = membership_of(identity.principal) if identity else None
        if member is not None:
            return f"id {member.workspace_id.hex}"
        token = _token(scope) if scope["path"] == "/verify" else None
        return f"id {token.workspace_id.hex}" if token else ONLY

    def _ask(self, key: str) -> tuple[str, ...]:
        if self.cockpit is None:
            return ()
        found = _find(self.cockpit(), key)
        return () if found is None else allowed_origins(found.settings)


def _find(cockpit: Cockpit, key: str) -> Workspace | None:
    kind, _, name = key.partition(" ")
    # all workspaces: this is how a workspace is found
    with cockpit.db.read() as conn:
        if kind == "subdomain":
            return workspaces.find_workspace(conn, name)
        if kind == "id":
            try:
                return workspaces.get_workspace_by_id(conn, WorkspaceId(UUID(name)))
            except CockpitError:
                return None
        known = workspaces.list_workspaces(conn, limit=2)
        return known[0] if len(known) == 1 else None


def _token(scope: Scope) -> credentials.Credential | None:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return credentials.read(query.get("loginToken", [""])[0], credentials.LOGIN_TOKEN)
