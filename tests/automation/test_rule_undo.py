"""What was just done to a rule is taken back whole; a workspace writes its own; presets leave edited ones alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from cockpit.automation import rule_changes, rule_new, rule_undo
from cockpit.automation.rule_spec import Conditions, RuleSpec, spec_of, state_of
from cockpit.errors import Conflict, Forbidden, InvalidInput
from cockpit.model.ids import WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Viewer, whole_workspace
from cockpit.presets import applier
from cockpit.storage.database import Database
from cockpit.storage.guard_chain import list_entries
from cockpit.storage.rule_versions import get_stored_rule, list_rule_versions, list_stored_rules
from tests.automation.ground import CALL, RULE, prepare, start_rule

SPEC = RuleSpec("Call back", ("MISSED_CALL",), CALL, daily_max=1)


def versions(db: Database, workspace: WorkspaceId) -> list[tuple[int, str]]:
    with db.read(workspace) as conn:
        return [(one.version, one.status) for one in list_rule_versions(conn, workspace, RULE)]


def test_a_publication_is_taken_back_with_its_rate(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    prepare(db, workspace, now)
    boss = whole_workspace(workspace)
    with db.read(workspace) as conn:
        before = get_stored_rule(conn, workspace, RULE)
    rule_changes.save_draft(db, boss, RULE, SPEC, now)
    rule_changes.record_rate(db, boss, RULE, 7.0, now, draft=True)
    rule_changes.publish(db, boss, RULE, now)
    rule_undo.take_back_publish(db, boss, RULE, 2, now)
    with db.read(workspace) as conn:
        after = get_stored_rule(conn, workspace, RULE)
    assert spec_of(after) == spec_of(before)
    assert (after.rehearsed_rate, after.version) == (before.rehearsed_rate, 1)
    assert versions(db, workspace) == [(2, "draft"), (1, "active")]
    assert rule_changes.publish(db, boss, RULE, now) == 2  # the draft is still rehearsed
    rule_changes.save_draft(db, boss, RULE, replace(SPEC, daily_max=3), now)
    with pytest.raises(Conflict, match="too late"):
        rule_undo.take_back_publish(db, boss, RULE, 2, now)


def test_a_draft_is_as_it_was(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    prepare(db, workspace, now)
    boss = whole_workspace(workspace)
    rule_changes.save_draft(db, boss, RULE, SPEC, now)
    rule_changes.record_rate(db, boss, RULE, 7.0, now, draft=True)
    with db.read(workspace) as conn:
        before = list_rule_versions(conn, workspace, RULE)[0]
    rule_changes.save_draft(db, boss, RULE, replace(SPEC, daily_max=9), now)
    rule_undo.take_back_draft(db, boss, RULE, before, now)
    with db.read(workspace) as conn:
        assert list_rule_versions(conn, workspace, RULE)[0] == before
    assert rule_changes.discard(db, boss, RULE, now)
    rule_undo.take_back_discard(db, boss, RULE, 2, now)
    assert versions(db, workspace)[0] == (2, "draft")
    with pytest.raises(Conflict, match="too late"):
        rule_undo.take_back_discard(db, boss, RULE, 1, now)
    rule_undo.take_back_draft(db, boss, RULE, None, now)
    assert versions(db, workspace)[0] == (2, "discarded")


def test_a_workspace_writes_its_own(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    prepare(db, workspace, now)
    boss = whole_workspace(workspace)
    spec = RuleSpec("Ruf zurück!", ("MISSED_CALL", "MOON_SHONE"), "DANCE", Conditions(bands=("hot",)), daily_max=0)
    key = rule_new.create(db, boss, spec, now)
    assert key == "own_ruf_zuruck"
    assert rule_new.create(db, boss, spec, now) == "own_ruf_zuruck_2"
    assert rule_new.create(db, boss, replace(spec, title="اتصل"), now) == "own_rule"
    with db.read(workspace) as conn:
        made = get_stored_rule(conn, workspace, key)
        worries = " ".join(rule_new.concerns(conn, workspace, spec))
        last = list_entries(conn, workspace)[-1]
    assert (state_of(made), spec_of(made)) == ("DRAFT", spec)
    assert all(word in worries for word in ("MOON_SHONE", "DANCE", "never acts"))
    assert '"event":"rule created"' in last.body
    with pytest.raises(InvalidInput):
        rule_new.create(db, boss, replace(spec, title=" "), now)
    with pytest.raises(Forbidden):
        rule_new.create(db, Viewer(workspace, None, Role.MEMBER), spec, now)
    with pytest.raises(Forbidden):
        rule_undo.take_back_publish(db, Viewer(workspace, None, Role.MEMBER), RULE, 1, now)


@pytest.mark.parametrize("preset", ["generic", "insurance"])
def test_rules_of_a_preset_are_edited_and_a_reapply_leaves_them_so(
    db: Database, workspace: WorkspaceId, now: datetime, preset: str
) -> None:
    boss = whole_workspace(workspace)
    with db.write(workspace) as conn:
        applier.apply(conn, workspace, preset, None, now)
        brought = list_stored_rules(conn, workspace)
    assert {"av_cockpit_missed_call", "av_cockpit_no_reply"} <= {one.rule_key for one in brought}
    assert {(one.status, one.enabled, one.auto_execute) for one in brought} == {("DRAFT", False, False)}
    for one in brought:
        edited = replace(spec_of(one), daily_max=2, conditions=Conditions(bands=("hot",)), title=f"{one.title}!")
        rule_changes.save_draft(db, boss, one.rule_key, edited, now)
        rule_changes.publish(db, boss, one.rule_key, now)
        rule_changes.switch(db, boss, one.rule_key, now, enabled=True)
    with db.write(workspace) as conn:
        before = list_stored_rules(conn, workspace)
        applier.reapply(conn, workspace, now)
        applier.apply(conn, workspace, "real_estate", None, now)
        after = list_stored_rules(conn, workspace)
    assert [one for one in after if one.rule_key in {known.rule_key for known in before}] == list(before)
    assert all(one.enabled and one.daily_max == 2 and one.title.endswith("!") for one in before)


def test_letting_it_act_needs_a_rehearsal(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    prepare(db, workspace, now)
    with db.write(workspace) as conn:
        start_rule(conn, workspace, now, auto_execute=False, rehearsed_rate=None)
    with pytest.raises(Conflict, match="Rehearse the rule first"):
        rule_changes.switch(db, whole_workspace(workspace), RULE, now, auto_execute=True)
