"""Brings a preset into a workspace: the difference is shown first, and nothing of the workspace's own is ever lost.

diff(conn, workspace_id, preset, profile, *, update=True) -> Applied       reads only
apply(conn, workspace_id, preset, profile, now) -> Applied                 adds, and replaces what nobody touched
reapply(conn, workspace_id, now) -> Applied                                adds only; raises Conflict without a preset
add_mappings(conn, workspace_id, now) -> int                               the mappings alone
give_back_mappings(conn, workspace_id, actions, now)                       after a push took its own away

What is there already, changed or taken away stays so. Done again, nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from cockpit.errors import Conflict, NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.presets import published
from cockpit.presets.difference import ADD, Change, difference
from cockpit.presets.homes import HOMES
from cockpit.presets.loader import get_preset
from cockpit.presets.preset import FIT, MAPPING, SIGNAL
from cockpit.storage.database import Connection
from cockpit.storage.pending import insert_everybody
from cockpit.storage.preset_artifacts import PRESET, StoredArtifact, list_artifacts, upsert_artifacts
from cockpit.storage.workspace_changes import replace_workspace_settings
from cockpit.storage.workspace_states import get_locked_workspace
from cockpit.storage.workspaces import get_workspace_by_id, replace_data_version

USUAL = "generic"  # whose mappings a workspace without a preset has
SCORING = (SIGNAL, FIT)


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done, or would be."""

    preset: str
    profile: str
    changes: tuple[Change, ...]
    model_version: int | None = None  # of the score model that was published

    def count(self, what: str) -> int:
        """How many things this became of."""
        return sum(change.what == what for change in self.changes)

    @property
    def writes(self) -> bool:
        """Whether anything is different afterwards."""
        return any(change.writes for change in self.changes)


def diff(
    conn: Connection, workspace_id: WorkspaceId, preset: str, profile: str | None, *, update: bool = True
) -> Applied:
    """What applying would do.

    Raises:
        NotFound: there is no such preset.
    """
    chosen = get_preset(preset)
    changes = difference(conn, workspace_id, chosen.artifacts(profile), update=update)
    return Applied(preset, profile or chosen.profiles[0].key, changes)


def apply(conn: Connection, workspace_id: WorkspaceId, preset: str, profile: str | None, now: datetime) -> Applied:
    """Bring a preset in; what an earlier one brought and nobody touched is replaced.

    Raises:
        NotFound: there is no such preset.
    """
    return _apply(conn, workspace_id, preset, profile, now, update=True)


def reapply(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> Applied:
    """Add what the workspace's preset brings today and the workspace lacks.

    Raises:
        Conflict: it has no preset.
    """
    preset, profile = preset_of(conn, workspace_id)
    return _apply(conn, workspace_id, preset, profile, now, update=False)


def preset_of(conn: Connection, workspace_id: WorkspaceId) -> tuple[str, str | None]:
    """The preset and the profile of a workspace.

    Raises:
        Conflict: it has none.
    """
    settings = get_workspace_by_id(conn, workspace_id).settings
    if not settings.get("industry_preset"):
        raise Conflict("This workspace has no preset: apply one first.")
    return str(settings["industry_preset"]), settings.get("industry_profile")


def check_profile(preset: str, profile: str | None) -> None:
    """See that there is such a preset, made for such a profile.

    Raises:
        NotFound: there is not.
    """
    known = [one.key for one in get_preset(preset).profiles]
    if profile is not None and profile not in known:
        raise NotFound(f"The preset {preset} has no profile {profile[:60]}: it is one of {', '.join(known)}.")


def add_mappings(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> int:
    """Add the mappings of actions that nobody mapped; answers how many."""
    settings = get_workspace_by_id(conn, workspace_id).settings
    name, profile = settings.get("industry_preset") or USUAL, settings.get("industry_profile")
    wanted = [one for one in get_preset(name).artifacts(profile) if one.kind == MAPPING]
    changes = difference(conn, workspace_id, wanted, update=False)
    _write(conn, workspace_id, changes, _named(name, profile), now)
    return sum(change.what == ADD for change in changes)


def give_back_mappings(conn: Connection, workspace_id: WorkspaceId, actions: Collection[str], now: datetime) -> None:
    """Where a push took its own mappings away again, what the preset said before counts anew."""
    present = HOMES[MAPPING].read(conn, workspace_id)
    known = (one for one in list_artifacts(conn, workspace_id) if one.kind == MAPPING and one.artifact_key in actions)
    missing = {one.artifact_key: one.applied for one in known if one.applied and one.artifact_key not in present}
    HOMES[MAPPING].write(conn, workspace_id, missing, now)


def _apply(
    conn: Connection, workspace_id: WorkspaceId, preset: str, profile: str | None, now: datetime, *, update: bool
) -> Applied:
    before = get_locked_workspace(conn, workspace_id).settings
    found = diff(conn, workspace_id, preset, profile, update=update)
    _write(conn, workspace_id, found.changes, _named(preset, found.profile), now)
    version = _restate(conn, workspace_id, found.changes, now)
    said = {"industry_preset": preset, "industry_profile": found.profile}
    renamed = any(before.get(name) != value for name, value in said.items())
    if renamed:
        replace_workspace_settings(conn, workspace_id, said)
    if renamed or found.writes:
        replace_data_version(conn, workspace_id)
    return Applied(preset, found.profile, found.changes, version)


def _write(conn: Connection, workspace_id: WorkspaceId, changes: Sequence[Change], origin: str, now: datetime) -> None:
    """Store what is new, and that the preset brought it."""
    news = [change.artifact for change in changes if change.writes]
    for kind, home in HOMES.items():
        home.write(conn, workspace_id, {one.key: one.body for one in news if one.kind == kind}, now)
    told = [change.artifact for change in changes if change.writes or not change.recorded]
    rows = [
        StoredArtifact(one.kind, one.key, PRESET, origin, None if one.kind in HOMES else one.body, one.body)
        for one in told
    ]
    upsert_artifacts(conn, workspace_id, rows, now=now)


def _restate(conn: Connection, workspace_id: WorkspaceId, changes: Sequence[Change], now: datetime) -> int | None:
    """Where scores would be others: publish the model they follow from, and have everybody computed anew."""
    if not any(change.writes and change.artifact.kind in SCORING for change in changes):
        return None
    insert_everybody(conn, workspace_id)
    return published.publish(conn, workspace_id, now)


def _named(preset: str, profile: str | None) -> str:
    return f"{preset}/{profile}" if profile else preset
