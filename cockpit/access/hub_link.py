"""Links a workspace with the Hub: a key of the workspace for the Hub, and the Hub's key and domain for the workspace.

link_hub(conn, workspace, link, settings, now) -> str       the key for the Hub, shown this once; raises BadRequest
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from cockpit.access import api_keys
from cockpit.access.join import check_active
from cockpit.errors import BadRequest
from cockpit.hub.wiring import Wiring, connect
from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import whole_workspace
from cockpit.presets.applier import add_mappings
from cockpit.settings import Settings
from cockpit.storage.api_keys import list_api_keys
from cockpit.storage.database import Connection
from cockpit.storage.hub_connections import find_hub
from cockpit.storage.workspace_changes import replace_workspace_settings
from cockpit.storage.workspaces import Workspace, replace_data_version

KEY_NAME = "Engagement Hub"
DOMAIN = re.compile(r"[a-z0-9-]{3,30}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Link:
    """What the operator's side says of the Hub of a workspace."""

    api_key: str | None = field(default=None, repr=False)
    domain: str | None = None


def link_hub(conn: Connection, workspace: Workspace, link: Link, settings: Settings, now: datetime) -> str:
    """Wire a workspace; done again, the key from before ends, so that there is never more than one.

    Raises:
        BadRequest: the workspace is not active, or the domain is none.
    """
    check_active(workspace)
    if link.domain is not None and not DOMAIN.fullmatch(link.domain):
        raise BadRequest("assignedDomain must have 3 to 30 of a-z, 0-9 and -.")
    workspace_id = workspace.workspace_id
    replace_data_version(conn, workspace_id)  # two links at once wait for each other here
    hub = dict(workspace.settings.get("hub") or {})
    domain = link.domain or hub.get("domain") or workspace.subdomain
    if link.api_key is not None or find_hub(conn, workspace_id) is not None:
        connect(conn, workspace_id, settings, Wiring(api_key=link.api_key, domain_name=domain), now)
        add_mappings(conn, workspace_id, now)
    else:
        replace_workspace_settings(conn, workspace_id, {"hub": {**hub, "domain": domain}})
    return _new_key(conn, workspace.workspace_id, now)


def _new_key(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> str:
    viewer = whole_workspace(workspace_id)
    for key in list_api_keys(conn, workspace_id):
        if key.name == KEY_NAME and key.created_by is None and key.revoked_at is None:
            api_keys.revoke(conn, viewer, key.key_id, now=now)
    return api_keys.create(conn, viewer, name=KEY_NAME, scopes=api_keys.USUAL, now=now).text
