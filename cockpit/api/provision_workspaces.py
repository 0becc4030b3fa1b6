"""The provisioning routes about workspaces: made, found, listed, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cockpit.access.join import email_of, starting_policy
from cockpit.access.presets import check_preset
from cockpit.access.resolve import make_workspace
from cockpit.access.teardown import tear_down
from cockpit.access.workspace_states import NewWorkspace
from cockpit.api.provision_bodies import Which, WorkspaceIn
from cockpit.api.provision_call import Call
from cockpit.api.provision_lookup import STATES, view_of
from cockpit.errors import BadRequest, NotFound
from cockpit.ingestion.start import RULES
from cockpit.presets.loader import list_presets
from cockpit.storage import memberships
from cockpit.storage.memberships import Address
from cockpit.storage.workspaces import (
    Workspace,
    get_workspace,
    list_workspace_page,
    list_workspaces_named,
)

MOST_LISTED = 1_000


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
        named = list_workspaces_named(conn, which.displayName or "", limit=2)
    if len(named) > 1:
        raise BadRequest("Several workspaces have this name: ask by subdomain.")
    if not named:
        raise NotFound("There is no such workspace.")
    return view_of(named[0])


def do_list(call: Call, which: Which) -> dict[str, Any]:
    """The workspaces in a state, a page of them; `next` names the last one when there are more."""
    limit, status = _limit(which.limit), _status(which.activationStatus)
    # all workspaces: the list of them is what is asked for
    with call.cockpit.db.read() as conn:
        found = list_workspace_page(conn, status=status, after=which.after, limit=limit + 1)
        people = memberships.list_addresses(conn, [one.workspace_id for one in found[:limit]])
    listed = [_listed(one, people[one.workspace_id]) for one in found[:limit]]
    return {"workspaces": listed, **({"next": found[limit - 1].subdomain} if len(found) > limit else {})}


def _listed(workspace: Workspace, people: Sequence[Address]) -> dict[str, Any]:
    """A workspace with the addresses that other systems ask for."""
    admin = next((one.email for one in people if one.role == "admin"), None)
    return {**view_of(workspace), "adminEmail": admin, "hubSyncMemberEmails": [one.email for one in people]}


def _limit(text: str | None) -> int:
    if text is None:
        return MOST_LISTED
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST_LISTED:
        raise BadRequest(f"limit must be between 1 and {MOST_LISTED}.")
    return int(text)


def _status(wanted: str | None) -> str | None:
    """How we call a state that the guide has a name for."""
    if wanted is None:
        return None
    ours = {theirs: state for state, theirs in STATES.items()}
    if wanted not in ours:
        raise BadRequest(f"activationStatus must be one of {', '.join(ours)}.")
    return ours[wanted]


def do_catalog(_: Call, __: Which) -> dict[str, Any]:
    """The presets."""
    return {
        "presets": [
            {"industryPreset": one.key, "label": one.label["en"], "profiles": [profile.key for profile in one.profiles]}
            for one in list_presets()
        ]
    }


def do_delete(call: Call, which: Which) -> dict[str, Any]:
    """Delete a workspace with everything in it."""
    if which.subdomain is None:
        raise BadRequest("Give subdomain.")
    # all workspaces: whether a user who is left without this one has another
    with call.cockpit.db.write() as conn:
        found = tear_down(conn, which.subdomain, call.now)
    return {"deleted": True, "workspaceId": str(found.workspace_id), "subdomain": found.subdomain}
