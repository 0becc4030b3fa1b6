"""What the Hub is asked to do for each suggested action.

list_action_mappings(conn, workspace_id) -> tuple[ActionMapping, ...]            by action
find_action_mapping(conn, workspace_id, action_type) -> ActionMapping | None
upsert_action_mappings(conn, workspace_id, mappings, *, now)
delete_action_mappings(conn, workspace_id, action_types, *, source) -> int
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.automation_tables import action_mapping


@dataclass(frozen=True, slots=True)
class ActionMapping:
    """An action and the outreach that carries it out."""

    action_type: str
    hub_type: str  # the Hub knows four
    channel: str
    instruction: str = ""
    translations: Mapping[str, str] | None = None  # language -> instruction
    source: str = "sync"  # preset | sync | edited


COLUMNS = tuple(action_mapping.c[name] for name in ActionMapping.__dataclass_fields__)


def list_action_mappings(conn: Connection, workspace_id: WorkspaceId) -> tuple[ActionMapping, ...]:
    """The mappings of a workspace by action."""
    query = select(*COLUMNS).where(action_mapping.c.workspace_id == workspace_id)
    rows = conn.execute(query.order_by(action_mapping.c.action_type))
    return tuple(ActionMapping(**row._mapping) for row in rows)


def find_action_mapping(conn: Connection, workspace_id: WorkspaceId, action_type: str) -> ActionMapping | None:
    """The mapping of one action, or None."""
    query = select(*COLUMNS).where(action_mapping.c.workspace_id == workspace_id)
    row = conn.execute(query.where(action_mapping.c.action_type == action_type)).one_or_none()
    return None if row is None else ActionMapping(**row._mapping)


def upsert_action_mappings(
    conn: Connection, workspace_id: WorkspaceId, mappings: Sequence[ActionMapping], *, now: datetime
) -> None:
    """Store mappings; each replaces what was there for its action."""
    if not mappings:
        return
    rows = [{"workspace_id": workspace_id, "updated_at": now, **asdict(one)} for one in mappings]
    row = insert(action_mapping).values(rows)
    changes = {name: row.excluded[name] for name in ("hub_type", "channel", "instruction", "translations", "source")}
    changes["updated_at"] = row.excluded.updated_at
    conn.execute(row.on_conflict_do_update(index_elements=["workspace_id", "action_type"], set_=changes))


def delete_action_mappings(
    conn: Connection, workspace_id: WorkspaceId, action_types: Collection[str], *, source: str
) -> int:
    """Take the mappings of these actions away, where they come from this source; how many those were."""
    mine = (action_mapping.c.workspace_id == workspace_id, action_mapping.c.source == source)
    statement = delete(action_mapping).where(*mine, action_mapping.c.action_type.in_(list(action_types)))
    return len(conn.execute(statement.returning(action_mapping.c.action_type)).all())
