"""Rules changed by people: versions, on and off, each change in the guard log."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cockpit.automation import rule_changes
from cockpit.automation.rule_spec import Conditions, RuleSpec, columns_of, read_spec, spec_of, written
from cockpit.errors import Conflict, Forbidden, InvalidInput, NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Viewer, whole_workspace
from cockpit.storage.database import Database
from cockpit.storage.guard_chain import list_entries
from cockpit.storage.rule_versions import get_stored_rule, list_rule_versions, replace_rule
from tests.automation.ground import CALL, RULE, prepare, start_rule

FULL = RuleSpec(
    "Call back",
    ("MISSED_CALL", "VOICEMAIL_LEFT"),
    CALL,
    Conditions(("hot",), ("lead",), ("phone",), {"city": ("Paris", "Lyon")}, 60),
    channel="sms",
    instruction="Hello.",
    cooldown_s=3600,
    daily_max=2,
    active_hours={"opens": "09:00", "closes": "17:00", "weekdays": [0, 1]},
    holdout_percent=10.0,
)


def test_a_rule_is_read_as_it_was_written(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    prepare(db, workspace, now)
    assert read_spec(written(FULL)) == FULL
    with db.write(workspace) as conn:
        replace_rule(conn, workspace, RULE, columns_of(FULL))
        assert spec_of(get_stored_rule(conn, workspace, RULE)) == FULL


def test_a_draft_changes_nothing_until_it_is_published(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    prepare(db, workspace, now)
    boss = whole_workspace(workspace)
    with db.read(workspace) as conn:
        before = get_stored_rule(conn, workspace, RULE)
    assert rule_changes.save_draft(db, boss, RULE, FULL, now) == 2
    assert rule_changes.save_draft(db, boss, RULE, replace(FULL, title="Again"), now) == 2
    with db.read(workspace) as conn:
        assert spec_of(get_stored_rule(conn, workspace, RULE)) == spec_of(before)
    with pytest.raises(Conflict, match="Rehearse the draft first"):
        rule_changes.publish(db, boss, RULE, now)
    rule_changes.record_rate(db, boss, RULE, 7.0, now, draft=True)
    assert rule_changes.publish(db, boss, RULE, now) == 2
    with db.read(workspace) as conn:
        after = get_stored_rule(conn, workspace, RULE)
        states = [(one.version, one.status) for one in list_rule_versions(conn, workspace, RULE)]
        [*_, last] = list_entries(conn, workspace)
    assert (after.title, after.version, after.rehearsed_rate) == ("Again", 2, 7.0)
    assert states == [(2, "active"), (1, "retired")]
    assert '"event":"rule published"' in last.body
    assert rule_changes.revert(db, boss, RULE, 1, now) == 3
    assert rule_changes.discard(db, boss, RULE, now)
    assert not rule_changes.discard(db, boss, RULE, now)
    assert rule_changes.save_draft(db, boss, RULE, FULL, now) == 4
    with pytest.raises(NotFound):
        rule_changes.revert(db, boss, RULE, 9, now)


def test_switched_on_it_acts_on_what_comes_from_then_on(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    prepare(db, workspace, now)
    boss = whole_workspace(workspace)
    with db.write(workspace) as conn:
        start_rule(conn, workspace, now, enabled=False, auto_execute=False, rehearsed_rate=None)
    with pytest.raises(Conflict, match="Enable the rule first"):
        rule_changes.switch(db, boss, RULE, now, auto_execute=True)
    assert rule_changes.switch(db, boss, RULE, now, enabled=True).enabled_at == now
    with pytest.raises(Conflict, match="Rehearse the rule first"):
        rule_changes.switch(db, boss, RULE, now, auto_execute=True)
    rule_changes.record_rate(db, boss, RULE, 4.0, now)
    later = now + timedelta(hours=1)
    found = rule_changes.switch(db, boss, RULE, later, auto_execute=True)
    assert (found.auto_execute, found.enabled_at) == (True, later)
    assert rule_changes.switch(db, boss, RULE, later + timedelta(1), enabled=True) == found
    off = rule_changes.switch(db, boss, RULE, later, enabled=False)
    assert (off.enabled, off.auto_execute) == (False, False)


def test_only_who_answers_for_rules_changes_them(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    prepare(db, workspace, now)
    seller = Viewer(workspace, None, Role.MEMBER)
    for change in (
        lambda: rule_changes.save_draft(db, seller, RULE, FULL, now),
        lambda: rule_changes.publish(db, seller, RULE, now),
        lambda: rule_changes.discard(db, seller, RULE, now),
        lambda: rule_changes.revert(db, seller, RULE, 1, now),
        lambda: rule_changes.switch(db, seller, RULE, now, enabled=False),
        lambda: rule_changes.record_rate(db, seller, RULE, 1.0, now),
    ):
        with pytest.raises(Forbidden):
            change()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "A rule needs title"),
        ({"signal_types": "MISSED_CALL"}, "signal_types must be a list of words"),
        ({"moon": 1}, "A rule cannot say moon"),
        ({"channel": "pigeon"}, "channel must be one of"),
        ({"cooldown_s": -1}, "cooldown_s must be a whole number"),
        ({"daily_max": True}, "daily_max must be a whole number"),
        ({"holdout_percent": 51}, "holdout_percent must be a number from 0 to 50"),
        ({"conditions": {"bands": ["lukewarm"]}}, "bands can only be"),
        ({"conditions": {"fields": ["city"]}}, "fields must say"),
        ({"active_hours": {"opens": "9"}}, "active_hours need opens and closes"),
        ({"active_hours": {"opens": "09:00", "closes": "10:00", "weekdays": []}}, "at least one weekday"),
    ],
)
def test_what_is_no_rule(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        read_spec({"title": "a", "signal_types": ["A"], "action_type": "B", **change})
