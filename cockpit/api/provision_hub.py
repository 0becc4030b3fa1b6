"""The provisioning routes that join a workspace with the Hub: linked, made for a demo, told its action mappings."""

from __future__ import annotations

from typing import Any

from cockpit.access.hub_link import Link, link_hub
from cockpit.access.join import email_of, starting_policy
from cockpit.access.mappings import read_mappings, sync_mappings
from cockpit.access.presets import check_preset
from cockpit.access.resolve import make_workspace
from cockpit.access.workspace_states import NewWorkspace
from cockpit.api.provision_bodies import DemoIn, LinkIn, MappingsIn
from cockpit.api.provision_call import Call
from cockpit.api.provision_lookup import named, view_of
from cockpit.errors import BadRequest
from cockpit.ingestion.demo.seed import seed_demo
from cockpit.ingestion.start import RULES
from cockpit.storage.people import count_people
from cockpit.storage.workspace_states import READY
from cockpit.storage.workspaces import Workspace, find_workspace, get_workspace_by_id


def do_link(call: Call, body: LinkIn) -> dict[str, Any]:
    """Wire a workspace and its Hub; answers with the one key for the Hub."""
    # all workspaces: a secret of provisioning is of none of them
    with call.cockpit.db.write() as conn:
        workspace = named(conn, body.workspaceId, body.subdomain)
        key = link_hub(conn, workspace, Link(body.hubApiKey, body.assignedDomain), call.settings, call.now)
        linked = get_workspace_by_id(conn, workspace.workspace_id)
    return {**view_of(linked), "twentyApiKey": key}


def do_demo(call: Call, body: DemoIn) -> dict[str, Any]:
    """Make a workspace for a demo with its people, or find it, and wire it; real work is never taken for a demo."""
    email, preset = email_of(body.adminEmail), check_preset(body.industryPreset, body.industryProfile)
    _check_demo(call, body.subdomain)
    settings = {**starting_policy(call.settings.join_policy, email), **preset}
    name = body.displayName or body.subdomain
    wanted = NewWorkspace(body.subdomain, name, email, "", is_demo=True, settings=settings)
    made = make_workspace(call.cockpit.db, wanted, rules=RULES, now=call.now)
    _fill(call, made.workspace, email)
    wired = LinkIn(subdomain=body.subdomain, hubApiKey=body.hubApiKey, assignedDomain=body.assignedDomain)
    return {**do_link(call, wired), "wasCreated": made.new_workspace}


def do_mappings(call: Call, body: MappingsIn) -> dict[str, Any]:
    """Take a push of action mappings over; the same one twice changes nothing."""
    mappings = read_mappings(body.mappings)
    # all workspaces: a secret of provisioning is of none of them
    with call.cockpit.db.write() as conn:
        workspace = named(conn, body.workspaceId, body.subdomain)
        synced = sync_mappings(conn, workspace.workspace_id, mappings, call.now)
    about = {"workspaceId": str(workspace.workspace_id), "subdomain": workspace.subdomain}
    return {**about, "synced": len(mappings), "changed": synced.changed}


def _fill(call: Call, workspace: Workspace, email: str) -> None:
    """Give a demo its people, unless somebody is there: the call may come again, also after a server that died here."""
    if workspace.status != READY:
        return
    with call.cockpit.db.read(workspace.workspace_id) as conn:
        if count_people(conn, workspace.workspace_id, scope=None):
            return
    seed_demo(call.cockpit, call.now, subdomain=workspace.subdomain, owner=email)


def _check_demo(call: Call, subdomain: str) -> None:
    # all workspaces: this is how a workspace is found
    with call.cockpit.db.read() as conn:
        found = find_workspace(conn, subdomain)
    if found is not None and not found.is_demo:
        raise BadRequest("There is a workspace of this name, and it is no demo.")
