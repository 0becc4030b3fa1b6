"""A rehearsal says what the rule would have done: what it does when the same signals are replayed through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from cockpit.automation.rehearsal import Rehearsal, rehearse
from cockpit.automation.rule_spec import Conditions, RuleSpec, columns_of
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage.attempts import About, list_attempts
from cockpit.storage.database import Database
from cockpit.storage.holdouts import list_holdouts
from cockpit.storage.rule_signals import count_rule_signals
from cockpit.storage.rule_versions import replace_rule
from tests.automation.ground import CALL, RULE, prepare, set_guards, start_rule
from tests.automation.replayed import replay

DAYS = 6
TYPES = (
    "MISSED_CALL",
    "MISSED_CALL",
    "MISSED_CALL",
    "SMS_REPLIED",
    "APPOINTMENT_BOOKED",
    "PAGE_VISITED",
    "UNSUBSCRIBED",
)
WEIGHTS = (6, 6, 6, 2, 1, 4, 1)
BASE = RuleSpec("Call back", ("MISSED_CALL",), CALL, holdout_percent=20.0)
SPECS = {
    "as preset": BASE,
    "short": replace(BASE, cooldown_s=3600, daily_max=1, holdout_percent=0.0),
    "warm": replace(BASE, conditions=Conditions(bands=("warm", "hot"))),
    "hours": replace(BASE, active_hours={"opens": "10:00", "closes": "12:00", "weekdays": [0, 1, 2]}),
    "both": replace(BASE, signal_types=("MISSED_CALL", "PAGE_VISITED"), cooldown_s=0),
}
GUARDS: tuple[Mapping[str, Any], ...] = ({}, {"workspace_day": 2}, {"person_day_automatic": 3, "cooldowns": {}})


def drawn(seed: int, people: list[PersonId], since: datetime) -> list[dict[str, Any]]:
    """Some days of signals; often at night, sometimes two at one instant."""
    random = Random(seed)
    found = []
    for number in range(24):
        at = since + timedelta(minutes=5 * random.randrange(DAYS * 288))
        kind = random.choices(TYPES, WEIGHTS)[0]
        who = str(random.choice(people))
        found.append({"person_id": who, "type": kind, "occurred_at": at.isoformat(), "source_event_id": str(number)})
    return found


def outcome_of(db: Database, workspace: WorkspaceId) -> set[tuple[Any, ...]]:
    """What the live engine did."""
    with db.read(workspace) as conn:
        made = list_attempts(conn, workspace, About(rule_key=RULE), limit=1_000)
        held = list_holdouts(conn, workspace, RULE)
        assert count_rule_signals(conn, workspace) == 0
    became = {"ACCEPTED": "sent", "BLOCKED": "blocked", "CANCELLED": "cancelled", "RESERVED": "waiting"}
    told = {
        (one.attempt_id, became[one.state], one.sent_at, one.reason if one.state in {"BLOCKED", "CANCELLED"} else None)
        for one in made
    }
    return told | {(str(who), "held out") for who in held}


def said(found: Rehearsal) -> set[tuple[Any, ...]]:
    """The same of a rehearsal."""
    steps = [step for step in found.steps if step.became not in {"joined", "held out"}]
    told: set[tuple[Any, ...]] = {(step.attempt_id, step.became, step.sent_at, step.reason) for step in steps}
    return told | {(step.person_id, "held out") for step in found.steps if step.became == "held out"}


@pytest.mark.parametrize(("seed", "name"), list(enumerate(SPECS)))
def test_it_equals_what_the_live_engine_does(
    db: Database, workspace: WorkspaceId, now: datetime, name: str, seed: int
) -> None:
    people, since = prepare(db, workspace, now, people=6), now
    until = since + timedelta(days=DAYS)
    with db.write(workspace) as conn:
        replace_rule(conn, workspace, RULE, columns_of(SPECS[name]))
        start_rule(conn, workspace, since, rehearsed_rate=1e9)
        set_guards(conn, workspace, GUARDS[seed % len(GUARDS)])
    signals = drawn(seed, people, since)
    replay(db, workspace, signals, until)
    live = outcome_of(db, workspace)
    found = rehearse(db, workspace, RULE, until, days=DAYS)
    assert said(found) == live
    assert found.steps
