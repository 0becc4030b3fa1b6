"""Automation rules.

list_rules(conn, workspace_id) -> tuple[Rule, ...]                by key
insert_missing_rules(conn, workspace_id, rules, *, now)           never changes one that exists
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.schema import rule


@dataclass(frozen=True, slots=True)
class Rule:
    """When a signal of this type arrives, suggest or do this action."""

    rule_key: str
    title: str
    signal_type: str
    action_type: str
    status: str = "DRAFT"
    enabled: bool = False
    auto_execute: bool = False


COLUMNS = tuple(rule.c[name] for name in Rule.__dataclass_fields__)


def list_rules(conn: Connection, workspace_id: WorkspaceId) -> tuple[Rule, ...]:
    """The rules of a workspace by key."""
    query = select(*COLUMNS).where(rule.c.workspace_id == workspace_id).order_by(rule.c.rule_key)
    return tuple(Rule(**row._mapping) for row in conn.execute(query))


def insert_missing_rules(conn: Connection, workspace_id: WorkspaceId, rules: Sequence[Rule], *, now: datetime) -> None:
    """Add the rules whose key the workspace does not have."""
    if rules:
        rows = [{"workspace_id": workspace_id, "created_at": now, **asdict(one)} for one in rules]
        conn.execute(insert(rule).values(rows).on_conflict_do_nothing(index_elements=["workspace_id", "rule_key"]))
