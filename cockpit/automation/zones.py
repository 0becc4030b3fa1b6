"""Where the person of an attempt may be, as guards are told.

places_of(person, workspace) -> (places, what they were taken from)
closed_on_holidays(workspace) -> bool

The number, the zone and the country on file come first; of somebody nothing is known of, the workspace's own zone.
"""

from __future__ import annotations

from cockpit.model.whereabouts import whereabouts
from cockpit.storage.guard_facts import PersonRow
from cockpit.storage.workspaces import Workspace
from scoring.guards.facts import Place
from scoring.guards.policy import GuardPolicy


def places_of(person: PersonRow, workspace: Workspace) -> tuple[tuple[Place, ...], str | None]:
    """All places that are plausible."""
    closed = closed_on_holidays(workspace)
    found = whereabouts(person.phone, person.time_zone, person.country, workspace.time_zone, all_holidays=closed)
    return found.places, found.taken_from


def closed_on_holidays(workspace: Workspace) -> bool:
    """Whether the workspace rests on all public holidays, and not just where the law says so."""
    policy = GuardPolicy.from_json(workspace.settings.get("guards") or {})
    return policy.quiet_hours.holidays == "closed"
