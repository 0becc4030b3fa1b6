"""The server of a host: asks the provisioning routes with one of its secrets, and looks at what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from cockpit.bootstrap import Cockpit
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage import memberships
from cockpit.storage.access_tables import provision_audit
from cockpit.storage.members import Member, list_members, upsert_member
from cockpit.storage.schema import workspace
from cockpit.storage.workspaces import find_workspace
from tests.api.mirror import TestClient

SECRET, SSO, OPS = "s" * 40, "t" * 40, "u" * 40
SECRETS = f"web:sso:{SSO},ops:destroy+provision:{OPS}"


@dataclass(frozen=True, slots=True)
class Asking:
    """A host and the database behind."""

    client: TestClient
    cockpit: Cockpit

    def __call__(self, route: str, body: dict[str, Any], *, secret: str = SECRET) -> Any:
        """Post to a route."""
        return self.client.post(f"/auth/provision/{route}", json=body, headers={"authorization": f"Bearer {secret}"})

    def get(self, route: str, *, secret: str = SECRET, **query: str) -> Any:
        """Ask a route that only reads."""
        headers = {"authorization": f"Bearer {secret}"}
        return self.client.get(f"/auth/provision/{route}", params=query, headers=headers)

    def delete(self, route: str, *, secret: str = OPS, **query: str) -> Any:
        """Delete what a route names."""
        headers = {"authorization": f"Bearer {secret}"}
        return self.client.delete(f"/auth/provision/{route}", params=query, headers=headers)

    def made(self, email: str, subdomain: str | None = None) -> dict[str, Any]:
        """What resolve gives for somebody who may come in."""
        answer = self("resolve", {"email": email, **({"tenantSubdomain": subdomain} if subdomain else {})})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def members(self, subdomain: str) -> dict[str, Member]:
        """Who is in a workspace, by e-mail."""
        with self.cockpit.db.read() as conn:
            found = find_workspace(conn, subdomain)
            return {one.email: one for one in list_members(conn, found.workspace_id)} if found else {}

    def join(self, subdomain: str, email: str, role: str = "member") -> MemberId:
        """Make somebody a member without asking any rule."""
        with self.cockpit.db.write() as conn:
            found = find_workspace(conn, subdomain)
            assert found
            return upsert_member(conn, found.workspace_id, email=email, name=email, role=role, now=datetime.now(UTC))

    def leave(self, subdomain: str, email: str) -> None:
        """End a membership; the login stays."""
        with self.cockpit.db.write() as conn:
            found = find_workspace(conn, subdomain)
            assert found
            who = self.members(subdomain)[email].member_id
            memberships.replace_membership_left(conn, found.workspace_id, who, now=datetime.now(UTC))

    def take_login(self, email: str) -> None:
        """Take a login away."""
        with self.cockpit.db.write() as conn:
            login = memberships.find_login(conn, email)
            assert login
            memberships.replace_login_deleted(conn, login.user_id, datetime.now(UTC))

    def state(self, subdomain: str, status: str) -> None:
        """Put a workspace into a state of provisioning."""
        with self.cockpit.db.write() as conn:
            conn.execute(update(workspace).where(workspace.c.subdomain == subdomain).values(status=status))

    def settings(self, subdomain: str) -> dict[str, Any]:
        """What a workspace has set."""
        with self.cockpit.db.read() as conn:
            found = find_workspace(conn, subdomain)
            return dict(found.settings) if found else {}

    def audit(self) -> list[dict[str, Any]]:
        """The rows of the audit, oldest first."""
        with self.cockpit.db.read() as conn:
            rows = conn.execute(select(provision_audit).order_by(provision_audit.c.called_at))
            return [dict(row._mapping) for row in rows]


def workspace_id(answer: dict[str, Any]) -> WorkspaceId:
    """The id in an answer."""
    return WorkspaceId(UUID(answer["workspaceId"]))
