"""Saving the filters of a list under a name, for everybody in the workspace, and taking such a view away.

save_view(db, viewer, *, name, page, query, now) -> str     the key of the view; raises Forbidden, InvalidInput
remove_view(db, viewer, key, now)                         no preset brings it back; raises Forbidden, NotFound
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from cockpit.errors import InvalidInput
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.presets.kept import keep, list_kept, take_away
from cockpit.presets.preset import VIEW, Artifact
from cockpit.storage.database import Database
from cockpit.storage.workspaces import replace_data_version

LONGEST_NAME: Final = 60
MOST: Final = 50
NOT_IN_A_KEY: Final = re.compile(r"[^\w]+")


def save_view(db: Database, viewer: Viewer, *, name: str, page: str, query: str, now: datetime) -> str:
    """Save filters under a name; a view of the same name is replaced.

    Raises:
        Forbidden: the viewer may not.
        InvalidInput: the name cannot be used, or there are too many views.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    title = " ".join(name.split())
    key = NOT_IN_A_KEY.sub("_", title.casefold()).strip("_")
    if not key or len(title) > LONGEST_NAME:
        raise InvalidInput(f"A view has a name of 1 to {LONGEST_NAME} characters.")
    if not query:
        raise InvalidInput("Filter or sort the list first: a view is what makes it another list.")
    said = Artifact(VIEW, key, {"title": {"en": title}, "page": page, "query": query})
    with db.write(viewer.workspace_id) as conn:
        kept = list_kept(conn, viewer.workspace_id, VIEW)
        if key not in kept and len(kept) >= MOST:
            raise InvalidInput(f"A workspace has up to {MOST} views: take one away first.")
        keep(conn, viewer.workspace_id, said, now)
        replace_data_version(conn, viewer.workspace_id)
    return key


def remove_view(db: Database, viewer: Viewer, key: str, now: datetime) -> None:
    """Take a view away.

    Raises:
        Forbidden: the viewer may not.
        NotFound: there is none.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    with db.write(viewer.workspace_id) as conn:
        take_away(conn, viewer.workspace_id, VIEW, key, now)
        replace_data_version(conn, viewer.workspace_id)
