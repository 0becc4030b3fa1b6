"""Stopping what is new, recalling what is queued, the tray of what waits, many at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from cockpit.automation.bulk import preview_bulk, run_bulk
from cockpit.automation.claim import claim, take_due
from cockpit.automation.held import list_held
from cockpit.automation.outcome import settle
from cockpit.automation.reserve import reserve
from cockpit.automation.stops import Target, count_queued, let_go_on, list_stopped, recall, stop_new
from cockpit.errors import Forbidden, InvalidInput, NotFound
from cockpit.hub.outcomes import Ambiguous, NotSent
from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Scope, Viewer, whole_workspace
from cockpit.storage.attempts import BLOCKED, CANCELLED, RESERVED, list_attempts
from cockpit.storage.database import Database
from cockpit.storage.outbox import Lease
from tests.automation.ground import RULE, SMS, click, fired, prepare, refuse, set_guards
from tests.automation.test_claim import LEASE

FREELY = {"person_day_automatic": 100, "workspace_day": 100_000, "fuse_floor": 100_000}


def targets(person_id: PersonId) -> tuple[Target, ...]:
    return (Target(), Target(rule_key=RULE), Target(person_id=person_id))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_stop_new(db: Database, workspace: WorkspaceId, now: datetime, place: int) -> None:
    ana, ben = prepare(db, workspace, now, people=2)
    viewer, target = whole_workspace(workspace), targets(ana)[place]
    assert stop_new(db, viewer, target, "Too many complaints.", now)
    assert not stop_new(db, viewer, target, "Once more.", now)
    assert not reserve(db, workspace, fired(ana, now), now).runs
    assert reserve(db, workspace, fired(ben, now), now).runs == (target.person_id is not None)
    with db.read() as conn:
        stopped = [one for one, _ in list_stopped(conn, workspace)]
    assert stopped == ([] if target.rule_key else [target])
    assert let_go_on(db, viewer, target)
    assert not let_go_on(db, viewer, target)
    assert reserve(db, workspace, fired(ana, now), now + timedelta(seconds=1)).runs


@pytest.mark.parametrize("place", [0, 1, 2])
def test_recall(db: Database, workspace: WorkspaceId, now: datetime, place: int) -> None:
    people = prepare(db, workspace, now, people=6)
    viewer, target = whole_workspace(workspace), targets(people[0])[place]
    with db.write() as conn:
        set_guards(conn, workspace, FREELY)
    for person in people[:5]:
        assert reserve(db, workspace, fired(person, now), now).runs
    reserve(db, workspace, click(people[5]), now)
    expected = (6, 5, 1)[place]
    with db.read() as conn:
        assert count_queued(conn, workspace, target) == expected
    assert recall(db, viewer, target, now) == expected
    assert recall(db, viewer, target, now) == 0
    with db.read() as conn:
        states = [one.state for one in list_attempts(conn, workspace)]
    assert (states.count(CANCELLED), states.count(RESERVED)) == (expected, 6 - expected)
    assert reserve(db, workspace, fired(people[0], now), now).runs  # a recall does not stop what is new


def test_a_recall_ends_further_tries_of_a_lost_call(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    reserve(db, workspace, click(ana), now)
    lease = Lease("me", now + LEASE)
    at = now + timedelta(seconds=10)
    [taken] = take_due(db, workspace, lease, now=at, limit=1)
    found = claim(db, workspace, taken, lease, at)
    assert found is not None
    settle(db, found, Ambiguous("502"), "key", at)
    assert recall(db, whole_workspace(workspace), Target(person_id=ana), at) == 1
    assert take_due(db, workspace, lease, now=at + timedelta(hours=1), limit=1) == ()
    with db.read() as conn:
        [waiting] = list_held(conn, whole_workspace(workspace))
    assert (waiting.because, waiting.goes_at) == ("nobody knows", None)


def test_a_stop_closes_what_waits(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    reserve(db, workspace, fired(ana, now), now)
    stop_new(db, whole_workspace(workspace), Target(), "Stop.", now)
    at = now + timedelta(seconds=10)
    lease = Lease("me", at + LEASE)
    [taken] = take_due(db, workspace, lease, now=at, limit=1)
    assert claim(db, workspace, taken, lease, at) is None
    with db.read() as conn:
        assert [one.state for one in list_attempts(conn, workspace)] == [BLOCKED]


def test_who_may_pull_a_lever(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    member = Viewer(workspace, MemberId(uuid4()), Role.MEMBER)
    for target in (Target(), Target(rule_key=RULE)):
        with pytest.raises(Forbidden):
            stop_new(db, member, target, "No.", now)
        with pytest.raises(Forbidden):
            recall(db, member, target, now)
    assert stop_new(db, member, Target(person_id=ana), "She asked.", now)
    walled = replace(member, scope=Scope(MemberId(uuid4())))
    for pull in (
        lambda: recall(db, walled, Target(person_id=ana), now),
        lambda: let_go_on(db, walled, targets(ana)[2]),
    ):
        with pytest.raises(NotFound):
            pull()


def test_the_tray_of_what_waits(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    ana, ben, cid = prepare(db, workspace, now, people=3)
    for person in (ana, ben):
        reserve(db, workspace, click(person), now)
    reserve(db, workspace, click(ana, action_type=SMS, hold=True), now + timedelta(microseconds=1))
    at = now + timedelta(seconds=10)
    lease = Lease("me", at + LEASE)
    taken = take_due(db, workspace, lease, now=at, limit=1)
    found = claim(db, workspace, taken[0], lease, at)
    assert found is not None
    settle(db, found, NotSent("HTTP 429", again=True, wait_seconds=90), "none", at)
    viewer = whole_workspace(workspace)
    reserve(db, workspace, click(cid), at)
    with db.read() as conn:
        tray = list_held(conn, viewer)
    assert [one.because for one in tray] == ["undo window", "undo window", "next try", "guard"]
    assert [one.goes_at for one in tray] == sorted(one.goes_at for one in tray if one.goes_at)
    assert tray[2].why == "HTTP 429"
    with db.read() as conn:
        assert list_held(conn, replace(viewer, scope=Scope(MemberId(uuid4())))) == ()


def test_many_at_once(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    people = prepare(db, workspace, now, people=5)
    with db.write() as conn:
        refuse(conn, workspace, people[1])
        refuse(conn, workspace, people[3])
    viewer = whole_workspace(workspace)
    wishes = [click(person) for person in (*people, PersonId(uuid4()))]
    before = preview_bulk(db, viewer, wishes, now)
    assert (before.runs, before.skipped) == (3, 3)
    told: list[tuple[int, int]] = []
    report = run_bulk(db, viewer, wishes, now, lambda done, of: told.append((done, of)))
    assert (report.runs, report.skipped, report.because) == (3, 3, before.because)
    assert sum(report.because.values()) == 3
    assert report.sentence.startswith("3 run, 3 skipped, because 2: ")
    assert told[-1] == (5, 5)
    assert recall(db, viewer, Target(batch_id=report.batch_id), now) == 3
    with pytest.raises(InvalidInput):
        run_bulk(db, viewer, [click(people[0])] * 10_001, now)
    with pytest.raises(Forbidden):
        run_bulk(db, replace(viewer, role=Role.READ_ONLY), wishes, now)
