"""Rules with all that they say, and their versions: drafts, the active one, those before.

list_stored_rules(conn, workspace_id) -> tuple[StoredRule, ...]          by key
list_armed_rules(conn, workspace_id) -> tuple[StoredRule, ...]           those that act by themselves now
get_stored_rule(conn, workspace_id, rule_key) -> StoredRule              raises NotFound
replace_rule(conn, workspace_id, rule_key, changes) -> bool
list_rule_versions(conn, workspace_id, rule_key) -> tuple[RuleVersion, ...]        newest first
insert_rule_version(conn, workspace_id, rule_key, version)
replace_rule_version(conn, workspace_id, rule_key, version, changes) -> bool
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, insert, select, update

from cockpit.errors import NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.storage.at_once import OF_WORKSPACE
from cockpit.storage.automation_tables import rule_version
from cockpit.storage.schema import rule


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule as it is stored; its active version is written out in it."""

    rule_key: str
    title: str
    signal_type: str
    action_type: str
    status: str
    enabled: bool
    auto_execute: bool
    version: int | None
    conditions: Mapping[str, Any] | None
    channel: str | None
    instruction: str | None
    cooldown_s: int | None
    daily_max: int | None
    active_hours: Mapping[str, Any] | None
    enabled_at: datetime | None
    paused_at: datetime | None
    paused_why: str | None
    rehearsed_rate: float | None
    holdout_percent: float | None

    @property
    def signal_types(self) -> tuple[str, ...]:
        """The signals it answers."""
        more = (self.conditions or {}).get("signal_types") or ()
        return tuple(dict.fromkeys((self.signal_type, *more)))


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """What a rule says, said or shall say."""

    version: int
    status: str  # draft | active | retired
    spec: Mapping[str, Any]
    created_by: UUID | None
    created_at: datetime


COLUMNS = tuple(rule.c[name] for name in StoredRule.__dataclass_fields__)
VERSION_COLUMNS = tuple(rule_version.c[name] for name in RuleVersion.__dataclass_fields__)


def list_stored_rules(conn: Connection, workspace_id: WorkspaceId) -> tuple[StoredRule, ...]:
    """All rules of a workspace."""
    query = select(*COLUMNS).where(rule.c.workspace_id == workspace_id).order_by(rule.c.rule_key)
    return tuple(StoredRule(*row) for row in conn.execute(query))


def list_armed_rules(conn: Connection, workspace_id: WorkspaceId) -> tuple[StoredRule, ...]:
    """The rules that act by themselves; a paused one is among them, so that it is written down what it holds back."""
    return tuple(StoredRule(*row) for row in conn.execute(_armed(), {OF_WORKSPACE.key: workspace_id}))


@cache
def _armed() -> Select[Any]:
    """Written once: every group of signals asks."""
    on = (rule.c.status == "ACTIVE", rule.c.enabled, rule.c.auto_execute, rule.c.enabled_at.is_not(None))
    return select(*COLUMNS).where(rule.c.workspace_id == OF_WORKSPACE, *on).order_by(rule.c.rule_key)


def get_stored_rule(conn: Connection, workspace_id: WorkspaceId, rule_key: str) -> StoredRule:
    """One rule.

    Raises:
        NotFound: There is none with this key.
    """
    query = select(*COLUMNS).where(rule.c.workspace_id == workspace_id, rule.c.rule_key == rule_key)
    row = conn.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no rule {rule_key} in this workspace.")
    return StoredRule(*row)


def replace_rule(conn: Connection, workspace_id: WorkspaceId, rule_key: str, changes: Mapping[str, Any]) -> bool:
    """Change a rule; answers whether it is there."""
    mine = update(rule).where(rule.c.workspace_id == workspace_id, rule.c.rule_key == rule_key)
    return bool(conn.execute(mine.values(**changes)).rowcount)


def list_rule_versions(conn: Connection, workspace_id: WorkspaceId, rule_key: str) -> tuple[RuleVersion, ...]:
    """The versions of a rule; one that was never edited has none."""
    mine = (rule_version.c.workspace_id == workspace_id, rule_version.c.rule_key == rule_key)
    query = select(*VERSION_COLUMNS).where(*mine).order_by(rule_version.c.version.desc())
    return tuple(RuleVersion(*row) for row in conn.execute(query))


def insert_rule_version(conn: Connection, workspace_id: WorkspaceId, rule_key: str, new: RuleVersion) -> None:
    """Add a version."""
    conn.execute(insert(rule_version).values(workspace_id=workspace_id, rule_key=rule_key, **asdict(new)))


def replace_rule_version(
    conn: Connection, workspace_id: WorkspaceId, rule_key: str, version: int, changes: Mapping[str, Any]
) -> bool:
    """Change a version; answers whether it is there."""
    mine = update(rule_version).where(
        rule_version.c.workspace_id == workspace_id,
        rule_version.c.rule_key == rule_key,
        rule_version.c.version == version,
    )
    return bool(conn.execute(mine.values(**changes)).rowcount)
