"""What proves that a webhook comes from the Hub of a workspace, and how that secret is renewed.

find_webhooks(conn, workspace_id, settings) -> WebhookSecrets
require_signed(conn, workspace_id, now)                                  once the Hub has signed, it always must
with_secret(hub, secret, seal) -> StoredHub                              raises InvalidInput
renew_webhook_secret(conn, workspace_id, settings, now) -> str           shown this once; the one before still counts
forget_old_webhook_secret(conn, workspace_id, now)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cockpit.errors import Conflict, InvalidInput
from cockpit.hub import signatures
from cockpit.hub.sealing import Seal
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.database import Connection
from cockpit.storage.hub_connections import StoredHub, find_hub, replace_webhook_mode, upsert_hub

STATIC, SIGNED = "static", "signed"
WEBHOOK_USE = "hub-webhook"
SHORTEST_SECRET = 16


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """What webhooks of a workspace may be proved with."""

    mode: str = STATIC
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def genuine(self, headers: Mapping[str, str], body: bytes, now: datetime) -> signatures.Genuine | None:
        """The delivery, if it comes from somebody who has a secret; signed always counts, plain in its mode only."""
        found = signatures.signed(self.secrets, headers, body, now)
        return found if found or self.mode == SIGNED else signatures.shared(self.secrets, headers)


def find_webhooks(conn: Connection, workspace_id: WorkspaceId, settings: Settings) -> WebhookSecrets:
    """What proves a webhook; the server's one secret counts for workspaces that have none of their own."""
    stored = find_hub(conn, workspace_id)
    if stored is None or stored.webhook_secret_sealed is None:
        server = settings.hub_webhook_secret
        return WebhookSecrets(STATIC, (server,) if len(server) >= SHORTEST_SECRET else ())
    seal = Seal(settings.secret_key, workspace_id, WEBHOOK_USE)
    older = (stored.options or {}).get("older_secret_sealed")
    held = [seal.open(one) for one in (stored.webhook_secret_sealed, older) if one]
    return WebhookSecrets(stored.webhook_mode, tuple(held))


def require_signed(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> None:
    """A Hub that signs once signs always: the plain secret alone counts no longer."""
    stored = find_hub(conn, workspace_id)
    if stored is not None and stored.webhook_mode == STATIC and stored.webhook_secret_sealed:
        replace_webhook_mode(conn, workspace_id, SIGNED, now=now)


def renew_webhook_secret(conn: Connection, workspace_id: WorkspaceId, settings: Settings, now: datetime) -> str:
    """Make a secret; the one before counts until it is forgotten, so that the Hub can be told in between.

    Raises:
        Conflict: no Hub is connected.
    """
    stored = find_hub(conn, workspace_id)
    if stored is None:
        raise Conflict("Connect a Hub first.")
    made = signatures.new_secret()
    sealed = with_secret(stored, made, Seal(settings.secret_key, workspace_id, WEBHOOK_USE))
    upsert_hub(conn, workspace_id, sealed, now=now)
    return made


def forget_old_webhook_secret(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> None:
    """Let only the newest secret count."""
    stored = find_hub(conn, workspace_id)
    if stored is not None:
        options = {name: value for name, value in (stored.options or {}).items() if name != "older_secret_sealed"}
        upsert_hub(conn, workspace_id, replace(stored, options=options), now=now)


def with_secret(hub: StoredHub, secret: str, seal: Seal) -> StoredHub:
    """A Hub with a new secret; the one before becomes the older one.

    Raises:
        InvalidInput: it is too short, or no plain text.
    """
    if len(secret) < SHORTEST_SECRET or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise InvalidInput(f"A webhook secret has at least {SHORTEST_SECRET} plain characters without blanks.")
    options = dict(hub.options or {})
    if hub.webhook_secret_sealed:
        options["older_secret_sealed"] = hub.webhook_secret_sealed
    return replace(hub, webhook_secret_sealed=seal.close(secret), options=options)
