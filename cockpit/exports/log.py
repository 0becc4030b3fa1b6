"""The line that every export leaves in the log of its workspace."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from cockpit.exports.certificate import Certificate
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Database
from cockpit.storage.exports import Export, insert_export


def log_export(
    db: Database,
    viewer: Viewer,
    certificate: Certificate,
    *,
    now: datetime,
) -> None:
    """Write down who took what, when."""
    line = Export(
        export_id=uuid4(),
        member_id=viewer.member_id,
        what=certificate.what,
        format=certificate.format,
        row_count=certificate.rows,
        sha256=certificate.sha256,
        exported_at=now,
    )
    with db.write(viewer.workspace_id) as conn:
        insert_export(conn, viewer.workspace_id, line)
