"""Taking back what was just done to a rule: an edit, a publication, a draft given up.

take_back_draft(db, viewer, rule_key, before, now)        the draft as it was before it was saved; None: there was none
take_back_discard(db, viewer, rule_key, version, now)     the draft that was given up
take_back_publish(db, viewer, rule_key, version, now)     the version before is active, and the published one a draft
"""

from __future__ import annotations

from datetime import datetime

from cockpit.automation.rule_changes import ACTIVE, DISCARDED, DRAFT, RATE, RETIRED, discard, locked, tell, without_rate
from cockpit.automation.rule_spec import columns_of, read_spec
from cockpit.errors import Conflict
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Connection, Database
from cockpit.storage.rule_versions import RuleVersion, list_rule_versions, replace_rule, replace_rule_version

TOO_LATE = "It is too late to undo this: the rule was changed again."


def take_back_draft(db: Database, viewer: Viewer, rule_key: str, before: RuleVersion | None, now: datetime) -> None:
    """Let the draft be as it was, with what its rehearsal had found.

    Raises:
        Forbidden: their role does not allow it.
        Conflict: it was published or given up meanwhile.
    """
    viewer.check(Permission.MANAGE_RULES)
    if before is None:
        discard(db, viewer, rule_key, now)
        return
    with db.write(viewer.workspace_id) as conn:
        locked(conn, viewer, rule_key)
        _check(_versions(conn, viewer, rule_key).get(before.version), DRAFT)
        kept = {"spec": before.spec, "created_at": before.created_at}
        replace_rule_version(conn, viewer.workspace_id, rule_key, before.version, kept)


def take_back_discard(db: Database, viewer: Viewer, rule_key: str, version: int, now: datetime) -> None:
    """Let a version that was given up be the draft again.

    Raises:
        Forbidden: their role does not allow it.
        Conflict: there is another draft, or this was not given up.
    """
    viewer.check(Permission.MANAGE_RULES)
    with db.write(viewer.workspace_id) as conn:
        locked(conn, viewer, rule_key)
        versions = _versions(conn, viewer, rule_key)
        _check(versions.get(version), DISCARDED)
        if any(one.status == DRAFT for one in versions.values()):
            raise Conflict(TOO_LATE)
        again = {"status": DRAFT, "created_at": now}
        replace_rule_version(conn, viewer.workspace_id, rule_key, version, again)


def take_back_publish(db: Database, viewer: Viewer, rule_key: str, version: int, now: datetime) -> None:
    """Let the rule say what it said before.

    Raises:
        Forbidden: their role does not allow it.
        Conflict: it was published or edited again meanwhile.
    """
    viewer.check(Permission.MANAGE_RULES)
    workspace_id = viewer.workspace_id
    with db.write(workspace_id) as conn:
        rule = locked(conn, viewer, rule_key)
        versions = _versions(conn, viewer, rule_key)
        before = max(
            (one for one in versions.values() if one.status == RETIRED), key=lambda one: one.version, default=None
        )
        if rule.version != version or before is None or any(one.status == DRAFT for one in versions.values()):
            raise Conflict(TOO_LATE)
        replace_rule_version(conn, workspace_id, rule_key, version, {"status": DRAFT})
        replace_rule_version(conn, workspace_id, rule_key, before.version, {"status": ACTIVE})
        rate = before.spec.get(RATE)
        said = columns_of(read_spec(without_rate(before)))
        changes = {**said, "version": before.version, RATE: rate, "updated_at": now}
        replace_rule(conn, workspace_id, rule_key, changes)
        tell(conn, viewer, rule_key, now, {"event": "rule publication undone", "after": before.spec})


def _versions(conn: Connection, viewer: Viewer, rule_key: str) -> dict[int, RuleVersion]:
    return {one.version: one for one in list_rule_versions(conn, viewer.workspace_id, rule_key)}


def _check(version: RuleVersion | None, status: str) -> None:
    if version is None or version.status != status:
        raise Conflict(TOO_LATE)
