"""Rules changed by people: drafts, versions, on and off; each change is an entry of the guard log.

save_draft(db, viewer, rule_key, spec, now) -> int               the number of the draft
publish(db, viewer, rule_key, now) -> int                        the draft becomes what the rule says
discard(db, viewer, rule_key, now) -> bool
revert(db, viewer, rule_key, version, now) -> int                an earlier version becomes the draft
switch(db, viewer, rule_key, now, *, enabled, auto_execute) -> StoredRule
draft_of(conn, viewer, rule_key) -> RuleSpec
record_rate(db, viewer, rule_key, rate, now, *, draft=False, rehearsed=None) -> bool     what the fuse is a multiple of
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from cockpit.automation.guard_log import append, lock_chain
from cockpit.automation.rule_spec import RuleSpec, columns_of, read_spec, spec_of, written
from cockpit.errors import Conflict, NotFound
from cockpit.model.instants import spelled
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Connection, Database
from cockpit.storage.rule_versions import (
    RuleVersion,
    StoredRule,
    get_stored_rule,
    insert_rule_version,
    list_rule_versions,
    replace_rule,
    replace_rule_version,
)
from cockpit.storage.workspaces import replace_data_version

DRAFT: Final = "draft"
ACTIVE: Final = "active"
RETIRED: Final = "retired"
DISCARDED: Final = "discarded"
RATE: Final = "rehearsed_rate"  # beside what the version says


def save_draft(db: Database, viewer: Viewer, rule_key: str, spec: RuleSpec, now: datetime) -> int:
    """Keep an edited rule; nothing changes until it is published.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such rule.
        InvalidInput: it is none.
    """
    viewer.check(Permission.MANAGE_RULES)
    said = written(read_spec(written(spec)))
    with db.write(viewer.workspace_id) as conn:
        rule = locked(conn, viewer, rule_key)
        versions = _versions(conn, viewer, rule, now)
        draft = next((one for one in versions if one.status == DRAFT), None)
        if draft is not None:
            replace_rule_version(conn, viewer.workspace_id, rule_key, draft.version, {"spec": said, "created_at": now})
            return draft.version
        number = versions[0].version + 1
        new = RuleVersion(number, DRAFT, said, viewer.member_id, now)
        insert_rule_version(conn, viewer.workspace_id, rule_key, new)
        return number


def publish(db: Database, viewer: Viewer, rule_key: str, now: datetime) -> int:
    """Let the draft be what the rule says; a rule that acts by itself goes on only with a rehearsed draft.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such rule, or no draft of it.
        Conflict: it acts by itself, and the draft was not rehearsed.
    """
    viewer.check(Permission.MANAGE_RULES)
    with db.write(viewer.workspace_id) as conn:
        rule = locked(conn, viewer, rule_key)
        draft = _draft(list_rule_versions(conn, viewer.workspace_id, rule_key), rule_key)
        rate = draft.spec.get(RATE)
        if rule.auto_execute and rate is None:
            raise Conflict("Rehearse the draft first: this rule acts by itself.")
        spec = read_spec(without_rate(draft))
        if rule.version is not None:
            known = {} if rule.rehearsed_rate is None else {RATE: rule.rehearsed_rate}
            retired = {"status": RETIRED, "spec": {**written_of(rule), **known}}
            replace_rule_version(conn, viewer.workspace_id, rule_key, rule.version, retired)
        replace_rule_version(conn, viewer.workspace_id, rule_key, draft.version, {"status": ACTIVE})
        changes = {**columns_of(spec), "version": draft.version, RATE: rate, "updated_at": now}
        replace_rule(conn, viewer.workspace_id, rule_key, changes)
        tell(conn, viewer, rule_key, now, {"event": "rule published", "before": written_of(rule), "after": draft.spec})
        return draft.version


def discard(db: Database, viewer: Viewer, rule_key: str, now: datetime) -> bool:
    """Give the draft up; answers whether there was one.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such rule.
    """
    viewer.check(Permission.MANAGE_RULES)
    with db.write(viewer.workspace_id) as conn:
        locked(conn, viewer, rule_key)
        versions = list_rule_versions(conn, viewer.workspace_id, rule_key)
        draft = next((one for one in versions if one.status == DRAFT), None)
        if draft is None:
            return False
        gone = {"status": DISCARDED, "created_at": now}
        return replace_rule_version(conn, viewer.workspace_id, rule_key, draft.version, gone)


def revert(db: Database, viewer: Viewer, rule_key: str, version: int, now: datetime) -> int:
    """Take an earlier version as the draft.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such rule, or no such version of it.
    """
    viewer.check(Permission.MANAGE_RULES)
    with db.read(viewer.workspace_id) as conn:
        found = {one.version: one for one in list_rule_versions(conn, viewer.workspace_id, rule_key)}
    if version not in found:
        raise NotFound(f"There is no version {version} of the rule {rule_key}.")
    return save_draft(db, viewer, rule_key, read_spec(without_rate(found[version])), now)


def switch(
    db: Database,
    viewer: Viewer,
    rule_key: str,
    now: datetime,
    *,
    enabled: bool | None = None,
    auto_execute: bool | None = None,
) -> StoredRule:
    """Switch a rule on or off, or let it act by itself; it acts on what happens from then on.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such rule.
        Conflict: it may not act by itself yet.
    """
    viewer.check(Permission.MANAGE_RULES)
    with db.write(viewer.workspace_id) as conn:
        rule = locked(conn, viewer, rule_key)
        on = rule.enabled if enabled is None else enabled
        by_itself = (rule.auto_execute if auto_execute is None else auto_execute) and on
        if auto_execute and not on:
            raise Conflict("Enable the rule first.")
        if by_itself and rule.rehearsed_rate is None:
            raise Conflict("Rehearse the rule first: its fuse needs to know how many people it reaches.")
        if (on, by_itself) == (rule.enabled, rule.auto_execute):
            return rule
        began = now if (on and not rule.enabled) or (by_itself and not rule.auto_execute) else rule.enabled_at
        changes: dict[str, Any] = {"enabled": on, "auto_execute": by_itself, "enabled_at": began, "updated_at": now}
        changes["status"] = "ACTIVE" if on else rule.status
        replace_rule(conn, viewer.workspace_id, rule_key, changes)
        tell(conn, viewer, rule_key, now, {"event": "rule switched", "enabled": on, "auto_execute": by_itself})
        return get_stored_rule(conn, viewer.workspace_id, rule_key)


def record_rate(
    db: Database,
    viewer: Viewer,
    rule_key: str,
    rate: float,
    now: datetime,
    *,
    draft: bool = False,
    rehearsed: RuleSpec | None = None,
) -> bool:
    """Note how many people a rehearsal reached in its busiest 24 hours; not of what was edited after it was rehearsed.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such rule, or no draft of it.
    """
    viewer.check(Permission.MANAGE_RULES)
    with db.write(viewer.workspace_id) as conn:
        rule = locked(conn, viewer, rule_key)
        versions = list_rule_versions(conn, viewer.workspace_id, rule_key)
        found = _draft(versions, rule_key) if draft else None
        spec = written_of(rule) if found is None else without_rate(found)
        if rehearsed is not None and read_spec(spec) != rehearsed:
            return False
        if found is not None:
            rated = {"spec": {**spec, RATE: rate}}
            replace_rule_version(conn, viewer.workspace_id, rule_key, found.version, rated)
        else:
            replace_rule(conn, viewer.workspace_id, rule_key, {RATE: rate, "updated_at": now})
        tell(conn, viewer, rule_key, now, {"event": "rule rehearsed", "rate": rate, "draft": draft})
        return True


def draft_of(conn: Connection, viewer: Viewer, rule_key: str) -> RuleSpec:
    """What the draft of a rule says.

    Raises:
        NotFound: it has none.
    """
    return read_spec(without_rate(_draft(list_rule_versions(conn, viewer.workspace_id, rule_key), rule_key)))


def without_rate(version: RuleVersion) -> dict[str, Any]:
    """What a version says."""
    return {name: value for name, value in version.spec.items() if name != RATE}


def written_of(rule: StoredRule) -> Mapping[str, Any]:
    """What a stored rule says, as JSON."""
    return written(spec_of(rule))


def locked(conn: Connection, viewer: Viewer, rule_key: str) -> StoredRule:
    """The rule, while nothing is reserved or claimed and no signal is stored.

    Raises:
        NotFound: there is no such rule.
    """
    lock_chain(conn, viewer.workspace_id)  # first: who stores signals holds people, and waits for the version only
    replace_data_version(conn, viewer.workspace_id)
    return get_stored_rule(conn, viewer.workspace_id, rule_key)


def _versions(conn: Connection, viewer: Viewer, rule: StoredRule, now: datetime) -> tuple[RuleVersion, ...]:
    """The versions, newest first; what a preset brought is the first."""
    found = list_rule_versions(conn, viewer.workspace_id, rule.rule_key)
    if found:
        return found
    first = RuleVersion(1, ACTIVE, written_of(rule), None, now)
    insert_rule_version(conn, viewer.workspace_id, rule.rule_key, first)
    replace_rule(conn, viewer.workspace_id, rule.rule_key, {"version": 1})
    return (first,)


def _draft(versions: tuple[RuleVersion, ...], rule_key: str) -> RuleVersion:
    found = next((one for one in versions if one.status == DRAFT), None)
    if found is None:
        raise NotFound(f"The rule {rule_key} has no draft.")
    return found


def tell(conn: Connection, viewer: Viewer, rule_key: str, now: datetime, what: Mapping[str, Any]) -> None:
    """Write into the guard log what somebody did to a rule."""
    by = None if viewer.member_id is None else str(viewer.member_id)
    told = {**what, "at": spelled(now), "by": by, "rule_key": rule_key}
    append(conn, lock_chain(conn, viewer.workspace_id), [told])
