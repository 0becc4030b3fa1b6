"""A new workspace with what every workspace begins with: its owner and the preset rules, switched off."""

from __future__ import annotations

from datetime import datetime

from cockpit.model.ids import WorkspaceId
from cockpit.presets.loader import get_preset
from cockpit.presets.preset import RULE
from cockpit.storage.database import Connection
from cockpit.storage.members import list_members, upsert_member
from cockpit.storage.rules import Rule, insert_missing_rules
from cockpit.storage.workspaces import insert_workspace

OWNER_EMAIL, OWNER_NAME, OWNER_ROLE = "owner@localhost", "You", "owner"
RULES = tuple(Rule(one.key, **one.body) for one in get_preset("generic").artifacts(None) if one.kind == RULE)


def start_workspace(
    conn: Connection, *, subdomain: str, name: str, time_zone: str, now: datetime, is_demo: bool = False
) -> WorkspaceId:
    """Create a workspace, its owner and the preset rules, which are drafts."""
    workspace_id = insert_workspace(conn, subdomain=subdomain, name=name, time_zone=time_zone, now=now, is_demo=is_demo)
    ensure_owner(conn, workspace_id, now)
    insert_missing_rules(conn, workspace_id, RULES, now=now)
    return workspace_id


def ensure_owner(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> str:
    """The e-mail of the workspace's owner, who is added when there is none."""
    for member in list_members(conn, workspace_id):
        if member.role == OWNER_ROLE:
            return member.email
    upsert_member(conn, workspace_id, email=OWNER_EMAIL, name=OWNER_NAME, role=OWNER_ROLE, now=now)
    return OWNER_EMAIL
