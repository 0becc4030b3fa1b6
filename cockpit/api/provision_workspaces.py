"""The provisioning routes about workspaces: made, found, listed, deleted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cockpit.access.join import email_of, starting_policy
from cockpit.access.presets import INDUSTRY_PRESETS, check_preset
from cockpit.access.resolve import make_workspace
from cockpit.access.workspace_states import NewWorkspace
from cockpit.api.provision_bodies import Which, WorkspaceIn
from cockpit.api.provision_call import Call
from cockpit.api.provision_lookup import view_of
from cockpit.errors import BadRequest, NotFound
from cockpit.ingestion.start import RULES
from cockpit.model.ids import WorkspaceId
from cockpit.storage import memberships
from cockpit.storage.members import list_members
from cockpit.storage.workspaces import delete_workspace, get_workspace, list_workspaces


def do_workspace(call: Call, body: WorkspaceIn) -> dict[str, Any]:
    """Make a workspace, or find it and its administrator."""
    email, preset = email_of(body.adminEmail), check_preset(body.industryPreset, body.industryProfile)
    settings = {**starting_policy(call.settings.join_policy, email), **preset}
    wanted = NewWorkspace(body.subdomain, body.displayName or body.subdomain, email, "", settings=settings)
    made = make_workspace(call.cockpit.db, wanted, rules=RULES, now=call.now)
    return {**view_of(made.workspace), "wasCreated": made.new_workspace}


def do_lookup(call: Call, which: Which) -> dict[str, Any]:
    """A workspace by its subdomain or name."""
    # all workspaces: this is how a workspace is found
    with call.cockpit.db.read() as conn:
        if which.subdomain is not None:
            return view_of(get_workspace(conn, which.subdomain))
        named = [one for one in list_workspaces(conn) if one.name == which.displayName]
    if len(named) > 1:
        raise BadRequest("Several workspaces have this name: ask by subdomain.")
    if not named:
        raise NotFound("There is no such workspace.")
    return view_of(named[0])


def do_list(call: Call, which: Which) -> dict[str, Any]:
    """All workspaces in a state."""
    # all workspaces: the list of them is what is asked for
    with call.cockpit.db.read() as conn:
        views = [view_of(one) for one in list_workspaces(conn)]
        for view in views:
            members = list_members(conn, WorkspaceId(UUID(view["workspaceId"])))
            view["adminEmail"] = next((one.email for one in members if one.role == "admin"), None)
            view["hubSyncMemberEmails"] = [one.email for one in members]
    wanted = which.activationStatus
    return {"workspaces": [view for view in views if wanted in (None, view["activationStatus"])]}


def do_catalog(_: Call, __: Which) -> dict[str, Any]:
    """The presets."""
    return {
        "presets": [
            {"industryPreset": one.key, "label": one.label, "profiles": list(one.profiles)} for one in INDUSTRY_PRESETS
        ]
    }


def do_delete(call: Call, which: Which) -> dict[str, Any]:
    """Delete a workspace with everything in it."""
    if which.subdomain is None:
        raise BadRequest("Give subdomain.")
    # all workspaces: whether a user who is left without this one has another
    with call.cockpit.db.write() as conn:
        found = get_workspace(conn, which.subdomain)
        users = [one.user_id for one in list_members(conn, found.workspace_id) if one.user_id]
        delete_workspace(conn, found.workspace_id)
        memberships.delete_no_memberships(conn, tuple(users), call.now)
    return {"deleted": True, "workspaceId": str(found.workspace_id), "subdomain": found.subdomain}
