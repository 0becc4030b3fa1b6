"""Rules at work: each signal that concerns one is decided on once, whatever is killed in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from cockpit.automation import rules
from cockpit.automation.rule_spec import Conditions, RuleSpec, columns_of
from cockpit.automation.rules import fire, fire_due
from cockpit.errors import CockpitError
from cockpit.ingestion.receive import receive
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage.action_mappings import delete_action_mappings
from cockpit.storage.attempts import BLOCKED, RESERVED, About, Attempt, list_attempts
from cockpit.storage.database import Database
from cockpit.storage.guard_facts import find_rule
from cockpit.storage.holdouts import list_holdouts
from cockpit.storage.pending import upsert_pending
from cockpit.storage.rule_signals import count_rule_signals, list_rule_signals
from cockpit.storage.rule_versions import replace_rule
from tests.automation.ground import CALL, RULE, prepare, set_guards, start_rule
from tests.automation.replayed import Held

SPEC = RuleSpec("Call back", ("MISSED_CALL",), CALL, holdout_percent=0.0)


def ready(db: Database, workspace: WorkspaceId, now: datetime, people: int = 1, **changes: Any) -> list[PersonId]:
    """People and a rule that acts by itself and holds nobody out."""
    ids = prepare(db, workspace, now, people=people)
    with db.write(workspace) as conn:
        replace_rule(conn, workspace, RULE, columns_of(replace(SPEC, **changes)))
    return ids


def miss(db: Database, workspace: WorkspaceId, who: PersonId, at: datetime, now: datetime | None = None) -> None:
    """A missed call."""
    receive(Held(db), workspace, [missed(who, at)], now or at)


def missed(who: PersonId, at: datetime) -> dict[str, str]:
    """What is told of a missed call."""
    signal = {"person_id": str(who), "type": "MISSED_CALL", "occurred_at": at.isoformat(), "channel": "phone"}
    return {**signal, "source_event_id": f"{who}{at}"}


def made(db: Database, workspace: WorkspaceId) -> tuple[Attempt, ...]:
    with db.read(workspace) as conn:
        return list_attempts(conn, workspace, About(rule_key=RULE), limit=10_000)


def waiting(db: Database, workspace: WorkspaceId) -> int:
    with db.read(workspace) as conn:
        return count_rule_signals(conn, workspace)


def test_a_signal_becomes_an_outreach_once(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = ready(db, workspace, now)
    miss(db, workspace, ana, now)
    miss(db, workspace, ana, now)  # told twice
    with db.read(workspace) as conn:
        [one] = list_rule_signals(conn, workspace, 9)
    first, second = (fire(db, workspace, one, now) for _ in range(2))
    assert (first and first.became, second) == ("reserved", None)
    [attempt] = made(db, workspace)
    assert (attempt.state, attempt.origin, attempt.evidence_at) == (RESERVED, "rule", now)
    assert waiting(db, workspace) == 0


def test_what_happened_before_the_rule_was_on_is_left_alone(
    db: Database, workspace: WorkspaceId, now: datetime
) -> None:
    [ana] = ready(db, workspace, now)
    with db.write(workspace) as conn:
        start_rule(conn, workspace, now)
    miss(db, workspace, ana, now - timedelta(minutes=1), now)
    assert waiting(db, workspace) == 0
    miss(db, workspace, ana, now)
    with db.write(workspace) as conn:
        start_rule(conn, workspace, now + timedelta(seconds=1))  # off and on again meanwhile
    fire_due(db, workspace, now)
    assert (made(db, workspace), waiting(db, workspace)) == ((), 0)


def test_a_rule_that_only_suggests_sends_nothing(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = ready(db, workspace, now)
    with db.write(workspace) as conn:
        start_rule(conn, workspace, now, auto_execute=False)
    miss(db, workspace, ana, now)
    assert waiting(db, workspace) == 0


def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    db: Database, workspace: WorkspaceId, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = ready(db, workspace, now, people=6)
    for who in people:
        miss(db, workspace, who, now)
    asked = []
    decide = rules._decide

    def dying(*given: Any) -> Any:
        asked.append(given)
        found = decide(*given)  # everything is written, and then nothing is stored
        if len(asked) % 2:
            raise CockpitError("killed")
        return found

    monkeypatch.setattr(rules, "_decide", dying)
    rounds = 0
    while waiting(db, workspace):
        fire_due(db, workspace, now)
        rounds += 1
    assert rounds > 1
    assert sorted(one.person_id for one in made(db, workspace)) == sorted(people)


def test_the_second_missed_call_does_not_stop_the_call_back(
    db: Database, workspace: WorkspaceId, now: datetime
) -> None:
    [ana] = ready(db, workspace, now)
    night = now.replace(hour=23)
    for minute in (0, 7):
        miss(db, workspace, ana, night + timedelta(minutes=minute))
        fire_due(db, workspace, night + timedelta(minutes=minute))
    [attempt] = made(db, workspace)
    assert (attempt.state, attempt.evidence_at) == (RESERVED, night + timedelta(minutes=7))
    assert attempt.execute_after == (now + timedelta(days=1)).replace(hour=9)


def test_holdouts_are_noted_and_left_alone(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    people = ready(db, workspace, now, people=30, holdout_percent=50.0)
    with db.write(workspace) as conn:
        set_guards(conn, workspace, {"workspace_minute": 1000})
    receive(Held(db), workspace, [missed(who, now) for who in people], now)
    fire_due(db, workspace, now)
    with db.read(workspace) as conn:
        held = list_holdouts(conn, workspace, RULE)
    reached = {one.person_id for one in made(db, workspace)}
    assert reached | set(held) == set(people)
    assert not reached & set(held)
    assert 6 < len(held) < 24


def test_whom_a_guard_keeps_a_rule_from_is_blocked_and_no_holdout(
    db: Database, workspace: WorkspaceId, now: datetime
) -> None:
    """As a rehearsal tells it; the guard log has every attempt."""
    people = ready(db, workspace, now, people=10, holdout_percent=50.0)
    with db.write(workspace) as conn:
        delete_action_mappings(conn, workspace, [CALL], source="sync")
    receive(Held(db), workspace, [missed(who, now) for who in people], now)
    fire_due(db, workspace, now)
    assert [one.state for one in made(db, workspace)] == ["BLOCKED"] * 10
    with db.read(workspace) as conn:
        assert not list_holdouts(conn, workspace, RULE)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (Conditions(channels=("phone",)), 1),
        (Conditions(channels=("sms",)), 0),
        (Conditions(lifecycles=("customer",)), 0),
        (Conditions(fields={"city": ("Paris",)}), 0),
        (Conditions(bands=("cold", "warm", "hot")), 1),
        (Conditions(bands=("no data",)), 0),
        (Conditions(oldest_minutes=1), 0),
        (Conditions(oldest_minutes=9), 1),
    ],
)
def test_conditions(db: Database, workspace: WorkspaceId, now: datetime, conditions: Conditions, expected: int) -> None:
    [ana] = ready(db, workspace, now, conditions=conditions)
    miss(db, workspace, ana, now)
    fire_due(db, workspace, now + timedelta(minutes=5))
    assert (len(made(db, workspace)), waiting(db, workspace)) == (expected, 0)


def test_who_waits_to_be_restated_is_waited_for(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = ready(db, workspace, now)
    miss(db, workspace, ana, now)
    with db.write(workspace) as conn:
        upsert_pending(conn, workspace, [ana])
    assert fire_due(db, workspace, now) == 0
    assert waiting(db, workspace) == 1


def test_a_rule_far_above_its_rehearsal_stops_itself(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    people = ready(db, workspace, now, people=12)
    with db.write(workspace) as conn:
        start_rule(conn, workspace, now, rehearsed_rate=2.0)
    receive(Held(db), workspace, [missed(who, now) for who in people], now)
    fire_due(db, workspace, now)
    states = [one.state for one in made(db, workspace)]
    assert (states.count(RESERVED), states.count(BLOCKED)) == (6, 6)
    with db.read(workspace) as conn:
        found = find_rule(conn, workspace, RULE)
    assert found is not None
    assert "Fuse" in str(found.paused_why)
