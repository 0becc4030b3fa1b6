"""Who may change the Hub of a workspace, and what they may say of it.

show_hub(db, viewer) -> Shown | None
save_hub(db, viewer, settings, wiring, now, *, operator=False)      raises Forbidden, InvalidInput
try_hub(db, viewer, settings) -> Checked                            starts nothing
remove_hub(db, viewer)
renew_secret(db, viewer, settings, now) -> str                      shown this once
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from cockpit.errors import InvalidInput, NotFound
from cockpit.hub import client, wiring
from cockpit.hub.client import Checked
from cockpit.hub.connection import HubConnection
from cockpit.hub.webhook_secrets import forget_old_webhook_secret, renew_webhook_secret
from cockpit.hub.wiring import Wiring
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.presets.applier import add_mappings
from cockpit.settings import Settings
from cockpit.storage.database import Database
from cockpit.storage.hub_connections import StoredHub, find_hub
from cockpit.storage.workspaces import replace_data_version

TEST_SECONDS = 8.0
NO_ADDRESS = "The Hub needs an address: the server names none for all workspaces."


@dataclass(frozen=True, slots=True)
class Shown:
    """A Hub without its secrets."""

    hub: StoredHub
    has_secret: bool
    has_older_secret: bool


def show_hub(db: Database, viewer: Viewer) -> Shown | None:
    """The Hub of the workspace, for those who may change it.

    Raises:
        Forbidden: the viewer may not.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    with db.read(viewer.workspace_id) as conn:
        hub = find_hub(conn, viewer.workspace_id)
    if hub is None:
        return None
    options = {name: value for name, value in (hub.options or {}).items() if name != "older_secret_sealed"}
    older = "older_secret_sealed" in (hub.options or {})
    plain = replace(hub, key_sealed="", webhook_secret_sealed=None, options=options)
    return Shown(plain, bool(hub.webhook_secret_sealed), older)


def save_hub(
    db: Database, viewer: Viewer, settings: Settings, said: Wiring, now: datetime, *, operator: bool = False
) -> None:
    """Store what is said of the Hub; only the operator of the server may name an address that is not public.

    Raises:
        Forbidden: the viewer may not.
        InvalidInput: something cannot be used.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    if not operator:
        said = replace(said, inside=None)
    with db.write(viewer.workspace_id) as conn:
        wiring.connect(conn, viewer.workspace_id, settings, said, now)
        if wiring.find_connection(conn, viewer.workspace_id, settings) is None:
            raise InvalidInput(NO_ADDRESS)
        add_mappings(conn, viewer.workspace_id, now)
        replace_data_version(conn, viewer.workspace_id)


def try_hub(db: Database, viewer: Viewer, settings: Settings) -> Checked:
    """Whether the Hub answers to our key and knows our domain.

    Raises:
        Forbidden: the viewer may not.
        NotFound: no Hub is connected.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    return client.check(replace(_connection(db, viewer, settings), seconds=TEST_SECONDS))


def remove_hub(db: Database, viewer: Viewer) -> None:
    """Forget the Hub, its key and its secrets.

    Raises:
        Forbidden: the viewer may not.
        NotFound: no Hub is connected.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    with db.write(viewer.workspace_id) as conn:
        if not wiring.disconnect(conn, viewer.workspace_id):
            raise NotFound("No Hub is connected.")
        replace_data_version(conn, viewer.workspace_id)


def renew_secret(db: Database, viewer: Viewer, settings: Settings, now: datetime) -> str:
    """A new webhook secret; the one before counts until it is forgotten.

    Raises:
        Forbidden: the viewer may not.
        Conflict: no Hub is connected.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    with db.write(viewer.workspace_id) as conn:
        return renew_webhook_secret(conn, viewer.workspace_id, settings, now)


def forget_old_secret(db: Database, viewer: Viewer, now: datetime) -> None:
    """Let only the newest webhook secret count.

    Raises:
        Forbidden: the viewer may not.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    with db.write(viewer.workspace_id) as conn:
        forget_old_webhook_secret(conn, viewer.workspace_id, now)


def _connection(db: Database, viewer: Viewer, settings: Settings) -> HubConnection:
    with db.read(viewer.workspace_id) as conn:
        found = wiring.find_connection(conn, viewer.workspace_id, settings)
    if found is None:
        raise NotFound("No Hub is connected: connect one in Settings > Hub, or with `cockpit hub connect`.")
    return found
