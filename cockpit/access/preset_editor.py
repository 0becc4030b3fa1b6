"""Bringing an industry preset into a workspace from its settings; the difference is shown first.

preview(db, viewer, preset, profile) -> Applied          what applying would do; raises Forbidden, NotFound
preview_again(db, viewer) -> Applied                     what adding what is missing would do; raises Conflict
apply_preset(db, viewer, preset, profile, now) -> Applied
reapply_preset(db, viewer, now) -> Applied
count_waiting(db, viewer) -> int                         people who are still to be scored anew
"""

from __future__ import annotations

from datetime import datetime

from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.presets.applier import Applied, apply, check_profile, diff, preset_of, reapply
from cockpit.storage.database import Database
from cockpit.storage.pending import count_pending


def preview(db: Database, viewer: Viewer, preset: str, profile: str | None) -> Applied:
    """What applying would do; writes nothing.

    Raises:
        Forbidden: the viewer may not.
        NotFound: there is no such preset or profile.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    with db.read(viewer.workspace_id) as conn:
        return diff(conn, viewer.workspace_id, preset, profile)


def preview_again(db: Database, viewer: Viewer) -> Applied:
    """What adding what the workspace lacks would do; writes nothing.

    Raises:
        Forbidden: the viewer may not.
        Conflict: the workspace has no preset.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    with db.read(viewer.workspace_id) as conn:
        preset, profile = preset_of(conn, viewer.workspace_id)
        return diff(conn, viewer.workspace_id, preset, profile, update=False)


def apply_preset(db: Database, viewer: Viewer, preset: str, profile: str | None, now: datetime) -> Applied:
    """Bring a preset in.

    Raises:
        Forbidden: the viewer may not.
        NotFound: there is no such preset or profile.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    check_profile(preset, profile)
    with db.write(viewer.workspace_id) as conn:
        return apply(conn, viewer.workspace_id, preset, profile, now)


def reapply_preset(db: Database, viewer: Viewer, now: datetime) -> Applied:
    """Add what the workspace's preset brings today and the workspace lacks.

    Raises:
        Forbidden: the viewer may not.
        Conflict: the workspace has no preset.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    with db.write(viewer.workspace_id) as conn:
        return reapply(conn, viewer.workspace_id, now)


def count_waiting(db: Database, viewer: Viewer) -> int:
    """How many people of the workspace are still to be scored anew."""
    with db.read(viewer.workspace_id) as conn:
        return count_pending(conn, viewer.workspace_id)
