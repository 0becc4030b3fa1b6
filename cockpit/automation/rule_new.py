"""Rules a workspace writes itself, and what to say about a rule before it acts.

create(db, viewer, spec, now) -> str                        the key of the new rule, which is a draft and off
concerns(conn, workspace_id, spec) -> tuple[str, ...]       what would keep it from doing anything, in sentences
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Final

from cockpit.automation.guard_log import lock_chain
from cockpit.automation.rule_changes import ACTIVE, tell
from cockpit.automation.rule_spec import RuleSpec, columns_of, read_spec, written
from cockpit.errors import Conflict
from cockpit.model.ids import WorkspaceId
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.action_mappings import find_action_mapping
from cockpit.storage.database import Connection, Database
from cockpit.storage.models import list_signal_types
from cockpit.storage.rule_versions import RuleVersion, insert_rule_version, list_stored_rules, replace_rule
from cockpit.storage.rules import Rule, insert_missing_rules
from cockpit.storage.workspaces import replace_data_version
from scoring.signals import BUILT_IN

MOST_RULES: Final = 200
LONGEST_KEY: Final = 40
NO_WORD: Final = re.compile(r"[^a-z0-9]+")


def create(db: Database, viewer: Viewer, spec: RuleSpec, now: datetime) -> str:
    """Add a rule.

    Raises:
        Forbidden: their role does not allow it.
        InvalidInput: it is none.
        Conflict: there are too many.
    """
    viewer.check(Permission.MANAGE_RULES)
    said, workspace_id = written(read_spec(written(spec))), viewer.workspace_id
    with db.write(workspace_id) as conn:
        lock_chain(conn, workspace_id)
        replace_data_version(conn, workspace_id)
        known = {one.rule_key for one in list_stored_rules(conn, workspace_id)}
        if len(known) >= MOST_RULES:
            raise Conflict(f"A workspace has at most {MOST_RULES} rules.")
        key = _free_key(spec.title, known)
        insert_missing_rules(
            conn, workspace_id, [Rule(key, spec.title, spec.signal_types[0], spec.action_type)], now=now
        )
        replace_rule(conn, workspace_id, key, {**columns_of(spec), "version": 1, "updated_at": now})
        insert_rule_version(conn, workspace_id, key, RuleVersion(1, ACTIVE, said, viewer.member_id, now))
        tell(conn, viewer, key, now, {"event": "rule created", "after": said})
        return key


def concerns(conn: Connection, workspace_id: WorkspaceId, spec: RuleSpec) -> tuple[str, ...]:
    """What whoever writes it should know."""
    catalogue = BUILT_IN.with_overrides(list_signal_types(conn, workspace_id))
    strange = [name for name in spec.signal_types if name not in catalogue]
    found = [f"No signal is called {name} in this workspace, so far." for name in strange]
    if find_action_mapping(conn, workspace_id, spec.action_type) is None:
        found.append(f"{spec.action_type} has no mapping: every outreach is blocked until Settings > Hub has one.")
    if spec.daily_max == 0:
        found.append("At most 0 a day means that it never acts.")
    if spec.holdout_percent == 0:
        found.append("Nobody is left alone, so its effect cannot be measured.")
    return tuple(found)


def _free_key(title: str, known: set[str]) -> str:
    """A key that reads like the title; letters of other scripts have none, and get a number."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = f"own_{NO_WORD.sub('_', plain).strip('_')[:LONGEST_KEY] or 'rule'}"
    if stem not in known:
        return stem
    return next(key for number in range(2, MOST_RULES + 2) if (key := f"{stem}_{number}") not in known)
