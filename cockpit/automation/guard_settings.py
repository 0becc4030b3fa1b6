"""The guard settings of a workspace: read, checked and changed, each change an entry of the guard log.

guards_of(workspace) -> GuardPolicy
set_guards(db, viewer, policy, *, now)               raises Forbidden, InvalidInput
"""

from __future__ import annotations

from datetime import datetime

from cockpit.automation.guard_log import append, lock_chain
from cockpit.errors import InvalidInput
from cockpit.model.instants import spelled
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Database
from cockpit.storage.workspace_changes import replace_workspace_settings
from cockpit.storage.workspaces import Workspace, get_workspace_by_id
from scoring.guards.policy import GuardPolicy
from scoring.guards.policy_json import InvalidPolicy, read_policy, written
from scoring.guards.registry import GUARDS

KEY = "guards"


def guards_of(workspace: Workspace) -> GuardPolicy:
    """The guard settings that count; where they cannot be read, everything is paused."""
    return GuardPolicy.from_json(workspace.settings.get(KEY) or {})


def set_guards(db: Database, viewer: Viewer, policy: GuardPolicy, *, now: datetime) -> None:
    """Change the guard settings; whatever is reserved or claimed after this is judged by them."""
    viewer.check(Permission.MANAGE_RULES)
    spec = written(policy)
    try:
        read_policy(spec)  # what is stored has to be readable by those who send
    except InvalidPolicy as error:
        raise InvalidInput(str(error)) from error
    unknown = sorted(policy.off - set(GUARDS))
    if unknown:
        raise InvalidInput(f"There is no guard called {unknown[0][:40]}.")
    with db.write(viewer.workspace_id) as conn:
        chain = lock_chain(conn, viewer.workspace_id)  # nobody reserves or claims while they change
        before = get_workspace_by_id(conn, viewer.workspace_id).settings.get(KEY) or {}
        if before == spec:
            return
        replace_workspace_settings(conn, viewer.workspace_id, {KEY: spec})
        by = None if viewer.member_id is None else str(viewer.member_id)
        told = {"event": "guard settings", "at": spelled(now), "by": by, "before": before, "after": spec}
        append(conn, chain, [told])
