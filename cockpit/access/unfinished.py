"""What is said of a workspace that lets nobody in yet."""

from __future__ import annotations

from cockpit.errors import BadRequest
from cockpit.model.ids import WorkspaceId


class Unfinished(BadRequest):
    """This workspace is not active: it is still being set up; try again in a moment."""

    def __init__(self, workspace_id: WorkspaceId) -> None:
        """Name the workspace, so that a caller can finish it."""
        super().__init__()
        self.workspace_id = workspace_id
