"""Rehearsals asked for on a screen: done by a worker, once, whatever becomes of the worker; cancelled; compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cockpit.automation import rehearsal_runs, rule_changes
from cockpit.automation.rehearsal import rehearse
from cockpit.automation.rule_spec import RuleSpec
from cockpit.errors import Conflict, Forbidden, InvalidInput, NotFound
from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Scope, Viewer, whole_workspace
from cockpit.storage.database import Database
from cockpit.storage.rehearsal_runs import Run, RunIs, replace_run
from cockpit.storage.rule_versions import get_stored_rule
from tests.automation.ground import CALL, RULE, prepare, start_rule
from tests.automation.replayed import replay

SPEC = RuleSpec("Call back", ("MISSED_CALL",), CALL, holdout_percent=0.0)
DAYS = 5


@pytest.fixture
def town(db: Database, workspace: WorkspaceId, now: datetime) -> list[PersonId]:
    """Three people who called in vain four days ago; the rule that calls them back is off."""
    people = prepare(db, workspace, now - timedelta(days=DAYS), people=3)
    with db.write(workspace) as conn:
        start_rule(conn, workspace, now, enabled=False, auto_execute=False, rehearsed_rate=None, holdout_percent=0.0)
    signals = [
        {
            "person_id": str(one),
            "type": "MISSED_CALL",
            "occurred_at": (now - timedelta(days=4, minutes=place)).isoformat(),
            "source_event_id": str(place),
        }
        for place, one in enumerate(people)
    ]
    replay(db, workspace, signals, now)
    return people


def found(db: Database, workspace: WorkspaceId) -> list[Run]:
    with db.read(workspace) as conn:
        return list(rehearsal_runs.list_rehearsals(conn, whole_workspace(workspace), RULE))


def test_a_worker_does_what_was_asked_for(
    db: Database, workspace: WorkspaceId, now: datetime, town: list[PersonId]
) -> None:
    boss = whole_workspace(workspace)
    asked = rehearsal_runs.ask(db, boss, RULE, now, days=DAYS)
    assert rehearsal_runs.ask(db, boss, RULE, now, days=DAYS) == asked  # a double click
    with pytest.raises(Conflict, match="under way"):
        rehearsal_runs.ask(db, boss, RULE, now, days=DAYS + 1)
    run = rehearsal_runs.work_off(db, workspace, lambda: now)
    assert run is not None
    assert (run.state, run.tries, run.finished_at) == ("done", 1, now)
    assert run.result is not None
    straight = rehearse(db, workspace, RULE, now, days=DAYS)
    assert run.result["people"] == len(straight.people) == 3
    assert run.result["rate"] == straight.rate
    assert {step["person_id"] for step in run.result["steps"]} == set(map(str, town))
    with db.read(workspace) as conn:
        assert get_stored_rule(conn, workspace, RULE).rehearsed_rate == straight.rate
    assert rehearsal_runs.work_off(db, workspace, lambda: now) is None


def test_a_draft_is_compared_and_what_was_edited_since_gets_no_rate(
    db: Database, workspace: WorkspaceId, now: datetime, town: list[PersonId]
) -> None:
    boss = whole_workspace(workspace)
    with pytest.raises(NotFound, match="has no draft"):
        rehearsal_runs.ask(db, boss, RULE, now, what="draft", against="rule")
    never = replace(SPEC, signal_types=("VOICEMAIL_LEFT",))
    rule_changes.save_draft(db, boss, RULE, never, now)
    rehearsal_runs.ask(db, boss, RULE, now, what="draft", against="rule", days=DAYS)
    rule_changes.save_draft(db, boss, RULE, replace(never, title="Other"), now)
    run = rehearsal_runs.work_off(db, workspace, lambda: now)
    assert run is not None
    assert run.result is not None
    assert (run.result["people"], run.result["against"]["people"]) == (0, 3)
    assert run.result["difference"]["no_more"] == sorted(map(str, town))
    with db.write(workspace) as conn:
        start_rule(conn, workspace, now)
    with pytest.raises(Conflict, match="Rehearse the draft first"):
        rule_changes.publish(db, boss, RULE, now)
    rehearsal_runs.ask(db, boss, RULE, now, what="draft", days=DAYS)
    rehearsal_runs.work_off(db, workspace, lambda: now)
    assert rule_changes.publish(db, boss, RULE, now) == 2


def test_a_cancelled_one_ends_and_one_that_is_left_is_taken_up(
    db: Database, workspace: WorkspaceId, now: datetime, town: list[PersonId]
) -> None:
    boss = whole_workspace(workspace)
    first = rehearsal_runs.ask(db, boss, RULE, now, days=DAYS)
    assert rehearsal_runs.cancel(db, boss, first.run_id, now)
    assert not rehearsal_runs.cancel(db, boss, first.run_id, now)
    assert rehearsal_runs.work_off(db, workspace, lambda: now) is None

    second = rehearsal_runs.ask(db, boss, RULE, now + timedelta(seconds=1), days=DAYS)
    taken = {"state": "running", "lease_owner": "gone", "lease_until": now + timedelta(seconds=20), "tries": 1}
    with db.write(workspace) as conn:
        assert replace_run(conn, workspace, second.run_id, RunIs(("waiting",)), taken)
    assert rehearsal_runs.work_off(db, workspace, lambda: now) is None  # somebody is at it
    later = now + timedelta(minutes=1)
    run = rehearsal_runs.work_off(db, workspace, lambda: later)
    assert run is not None
    assert (run.run_id, run.state, run.tries) == (second.run_id, "done", 2)
    assert [one.state for one in found(db, workspace)] == ["done", "cancelled"]


def test_one_that_takes_its_worker_along_is_given_up(
    db: Database, workspace: WorkspaceId, now: datetime, town: list[PersonId]
) -> None:
    run = rehearsal_runs.ask(db, whole_workspace(workspace), RULE, now, days=DAYS)
    left = {"state": "running", "lease_owner": "gone", "lease_until": now, "tries": rehearsal_runs.MOST_TRIES}
    with db.write(workspace) as conn:
        replace_run(conn, workspace, run.run_id, RunIs(("waiting",)), left)
    assert rehearsal_runs.work_off(db, workspace, lambda: now + timedelta(hours=1)) is None
    assert [one.state for one in found(db, workspace)] == ["failed"]


def test_only_who_sees_everybody_and_answers_for_rules(
    db: Database, workspace: WorkspaceId, now: datetime, town: list[PersonId]
) -> None:
    member = MemberId(workspace)
    with pytest.raises(Forbidden, match="person wall"):
        rehearsal_runs.ask(db, Viewer(workspace, member, Role.MEMBER, Scope(member)), RULE, now)
    with pytest.raises(Forbidden, match="automation rules"):
        rehearsal_runs.ask(db, Viewer(workspace, member, Role.MEMBER), RULE, now)
    with db.read(workspace) as conn, pytest.raises(Forbidden, match="person wall"):
        rehearsal_runs.list_rehearsals(conn, Viewer(workspace, member, Role.MEMBER, Scope(member)), RULE)
    boss = whole_workspace(workspace)
    with pytest.raises(InvalidInput, match="from 1 to"):
        rehearsal_runs.ask(db, boss, RULE, now, days=0)
    with pytest.raises(InvalidInput, match="two different"):
        rehearsal_runs.ask(db, boss, RULE, now, what="rule", against="rule")
