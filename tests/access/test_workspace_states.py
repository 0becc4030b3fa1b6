"""A workspace is made step by step: what stops is taken up again, and nobody gets in before the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from cockpit.access import workspace_states as states
from cockpit.access.unfinished import Unfinished
from cockpit.access.workspace_states import FIRST_WAIT, LEASE, MOST_ATTEMPTS, NewWorkspace
from cockpit.errors import BadRequest
from cockpit.ingestion.start import RULES
from cockpit.model.ids import WorkspaceId
from cockpit.storage.callbacks import find_callback
from cockpit.storage.database import Database
from cockpit.storage.members import list_members
from cockpit.storage.rules import list_rules
from cockpit.storage.workspaces import Workspace, find_workspace, get_workspace_by_id

ACME = NewWorkspace("acme", "Acme", "a@acme.com", "Ann", settings={"join_policy": "invite"})
BROKEN: Any = (RULES[0], replace(RULES[1], title=None))  # the database takes no rule without a title


def begun(db: Database, now: datetime) -> WorkspaceId:
    with db.write() as conn:
        return states.begin(conn, ACME, now)


def state_of(db: Database, workspace_id: WorkspaceId) -> Workspace:
    with db.read() as conn:
        return get_workspace_by_id(conn, workspace_id)


def test_steps_lead_to_ready(db: Database, now: datetime) -> None:
    workspace_id = begun(db, now)
    assert (state_of(db, workspace_id).status, state_of(db, workspace_id).provisioning_step) == ("pending", "workspace")
    made = states.finish(db, workspace_id, rules=RULES, now=now, mine=True)
    assert (made.status, made.provisioning_step, made.provisioning_attempts) == ("ready", "ready", 1)
    assert (made.provisioning_error, made.provisioning_retry_at) == (None, None)
    with db.read() as conn:
        assert [(one.email, one.role) for one in list_members(conn, workspace_id)] == [("a@acme.com", "admin")]
        assert list_rules(conn, workspace_id) == RULES
        assert find_callback(conn, workspace_id, "full")
    assert states.finish(db, workspace_id, rules=RULES, now=now) == made, "nothing is done twice"


def test_nothing_stays_of_a_subdomain_that_is_none(db: Database, now: datetime) -> None:
    with pytest.raises(BadRequest), db.write() as conn:
        states.begin(conn, replace(ACME, subdomain="www"), now)
    with db.read() as conn:
        assert find_workspace(conn, "www") is None


def test_what_was_left_is_taken_up_when_its_turn_has_come(db: Database, now: datetime) -> None:
    workspace_id = begun(db, now)  # and whoever began it is gone
    assert states.resume_due(db, rules=RULES, now=now + LEASE - timedelta(seconds=1)) == 0
    assert states.resume_due(db, rules=RULES, now=now + LEASE) == 1
    made = state_of(db, workspace_id)
    assert (made.status, made.provisioning_attempts) == ("ready", 2)
    assert states.resume_due(db, rules=RULES, now=now + timedelta(days=1)) == 0


def test_a_step_that_fails_is_tried_again_later_and_later(db: Database, now: datetime) -> None:
    workspace_id = begun(db, now)
    stopped = states.finish(db, workspace_id, rules=BROKEN, now=now, mine=True)
    assert (stopped.status, stopped.provisioning_step) == ("pending", "workspace")
    assert stopped.provisioning_error
    assert stopped.provisioning_retry_at == now + FIRST_WAIT
    waits = []
    for _ in range(MOST_ATTEMPTS - 1):
        at = state_of(db, workspace_id).provisioning_retry_at
        assert at is not None
        assert states.resume_due(db, rules=BROKEN, now=at) == 1
        waits.append((state_of(db, workspace_id).provisioning_retry_at or at) - at)
    assert waits == [*(FIRST_WAIT * 2**n for n in range(1, MOST_ATTEMPTS - 1)), timedelta(0)]
    failed = state_of(db, workspace_id)
    assert (failed.status, failed.provisioning_attempts, failed.provisioning_retry_at) == (
        "failed",
        MOST_ATTEMPTS,
        None,
    )
    assert failed.provisioning_error
    assert states.resume_due(db, rules=RULES, now=now + timedelta(days=9)) == 0, "it is not tried again by itself"


def test_somebody_asks_for_another_try(db: Database, now: datetime) -> None:
    workspace_id = begun(db, now)
    for day in range(MOST_ATTEMPTS):
        states.resume_due(db, rules=BROKEN, now=now + timedelta(days=day + 1))
    assert state_of(db, workspace_id).status == "failed"
    again = states.retry(db, workspace_id, rules=BROKEN, now=now)
    assert (again.status, again.provisioning_attempts) == ("pending", 1)
    assert states.retry(db, workspace_id, rules=RULES, now=now).status == "ready"


def test_attempts_that_die_without_a_word_come_to_an_end(db: Database, now: datetime) -> None:
    workspace_id = begun(db, now)
    for day in range(1, MOST_ATTEMPTS):
        assert states._take(db, workspace_id, now + timedelta(days=day)), "and then the process is gone"
    assert states.resume_due(db, rules=RULES, now=now + timedelta(days=99)) == 0
    failed = state_of(db, workspace_id)
    assert (failed.status, failed.provisioning_error) == ("failed", states.DIED)


def test_only_one_worker_takes_it_up(db: Database, now: datetime) -> None:
    workspace_id, later = begun(db, now), now + LEASE
    assert [states._take(db, workspace_id, later), states._take(db, workspace_id, later)] == [True, False]


def test_somebody_else_began_it_a_moment_ago(db: Database, now: datetime) -> None:
    workspace_id = begun(db, now)
    with pytest.raises(Unfinished) as met, db.write() as conn:
        states.begin(conn, replace(ACME, admin_email="b@acme.com"), now)
    assert met.value.workspace_id == workspace_id
    with db.read() as conn:
        assert [one.email for one in list_members(conn, workspace_id)] == ["a@acme.com"]


def test_a_ready_workspace_lacks_nothing(db: Database, now: datetime) -> None:
    workspace_id = begun(db, now)
    with db.write() as conn:
        states.stored.replace_step(conn, workspace_id, "preset")  # it says so, and it is not true
    stopped = states.finish(db, workspace_id, rules=RULES, now=now, mine=True)
    assert stopped.status == "pending"
    assert "av_cockpit_missed_call" in (stopped.provisioning_error or "")
    assert states.resume_due(db, rules=RULES, now=now + FIRST_WAIT) == 1, "and begins with the first step"
    assert state_of(db, workspace_id).status == "ready"
