"""People a rule leaves alone, so that its effect can be measured against them.

insert_holdout(conn, workspace_id, rule_key, person_id, *, held_at) -> bool        False: it was noted before
list_holdouts(conn, workspace_id, rule_key) -> Mapping[UUID, datetime]             when the rule would have acted first
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.automation_tables import holdout


def insert_holdout(
    conn: Connection, workspace_id: WorkspaceId, rule_key: str, person_id: UUID, *, held_at: datetime
) -> bool:
    """Note that a rule would have acted and did not."""
    row = {"rule_key": rule_key, "person_id": person_id, "held_at": held_at}
    new = insert(holdout).values(workspace_id=workspace_id, **row)
    once = new.on_conflict_do_nothing(index_elements=["workspace_id", "rule_key", "person_id"])
    return conn.execute(once.returning(holdout.c.person_id)).first() is not None


def list_holdouts(conn: Connection, workspace_id: WorkspaceId, rule_key: str) -> Mapping[UUID, datetime]:
    """The people a rule has left alone."""
    mine = (holdout.c.workspace_id == workspace_id, holdout.c.rule_key == rule_key)
    rows = conn.execute(select(holdout.c.person_id, holdout.c.held_at).where(*mine).order_by(holdout.c.person_id))
    return {row.person_id: row.held_at for row in rows}
