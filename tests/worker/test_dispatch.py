"""The worker calls the Hub once for what is due, whatever the Hub does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from cockpit.automation.reserve import reserve
from cockpit.hub.wiring import find_connection
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.attempts import ACCEPTED, BLOCKED, FAILED_NOT_SENT, RESERVED, UNKNOWN, Attempt, list_attempts
from cockpit.storage.automation_tables import hub_connection
from cockpit.storage.database import Database
from cockpit.worker.clock import DatabaseClock
from cockpit.worker.dispatch import Dispatcher, Pace
from tests.automation.ground import click, prepare, refuse
from tests.hub.asked import PATHS, Server, fake_hub


class SetClock:
    """A clock that is set by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@contextmanager
def dispatching(db: Database, clock: SetClock, **pace: object) -> Iterator[Dispatcher]:
    worker = Dispatcher(
        db, lambda conn, workspace_id: find_connection(conn, workspace_id, Settings()), clock, Pace(**pace)
    )
    try:
        yield worker
    finally:
        worker.stop()


def work_off(worker: Dispatcher) -> None:
    """Rounds until nothing is due and nothing runs."""
    until = time.monotonic() + 20
    while (worker.round() or worker.busy) and time.monotonic() < until:
        time.sleep(0.01)


def reserved(db: Database, workspace: WorkspaceId, now: datetime, server: Server, *, people: int, mode: str) -> None:
    ids = prepare(db, workspace, now, people=people, hub=server.url, idempotency=mode, paths=PATHS)
    for one in ids:
        reserve(db, workspace, click(one), now)


def attempts(db: Database, workspace: WorkspaceId) -> tuple[Attempt, ...]:
    with db.read() as conn:
        return list_attempts(conn, workspace)


def test_what_is_due_is_called_once(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    with fake_hub() as server:
        reserved(db, workspace, now, server, people=6, mode="none")
        with dispatching(db, SetClock(now)) as worker:
            assert worker.round() == 0
        with dispatching(db, SetClock(now + timedelta(seconds=10))) as worker:
            work_off(worker)
        taken = server.hub.engagements.list()
    found = attempts(db, workspace)
    assert {one.state for one in found} == {ACCEPTED}
    assert {one.engagement_id for one in found} == {one.engagement_id for one in taken}
    assert {one.client_reference for one in found} == {one.reference for one in taken}
    assert len(taken) == 6
    assert taken[0].request["domain_name"] == "acme"
    assert taken[0].request["type"] == "conversational"


@pytest.mark.parametrize("mode", ["none", "key", "lookup"])
def test_what_the_hub_took_without_saying_so(db: Database, workspace: WorkspaceId, now: datetime, mode: str) -> None:
    clock = SetClock(now + timedelta(seconds=10))
    with fake_hub() as server, dispatching(db, clock) as worker:
        reserved(db, workspace, now, server, people=1, mode=mode)
        server.hub.faults.set({}, ["error_after"])
        work_off(worker)
        [after] = attempts(db, workspace)
        assert after.state == UNKNOWN
        clock.at += timedelta(hours=1)
        work_off(worker)
        assert len(server.hub.engagements.list()) == 1
    [after] = attempts(db, workspace)
    assert after.state == (UNKNOWN if mode == "none" else ACCEPTED)


@pytest.mark.parametrize(("mode", "calls"), [("none", 1), ("key", 2), ("lookup", 2)])
def test_what_the_hub_lost(db: Database, workspace: WorkspaceId, now: datetime, mode: str, calls: int) -> None:
    clock = SetClock(now + timedelta(seconds=10))
    with fake_hub() as server, dispatching(db, clock) as worker:
        reserved(db, workspace, now, server, people=1, mode=mode)
        server.hub.faults.set({}, ["error_before"])
        work_off(worker)
        clock.at += timedelta(hours=1)
        work_off(worker)
        assert server.hub.requests == calls
    [after] = attempts(db, workspace)
    assert after.state == (UNKNOWN if mode == "none" else ACCEPTED)


def test_what_the_hub_asks_to_be_sent_later(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    clock = SetClock(now + timedelta(seconds=10))
    with fake_hub() as server, dispatching(db, clock) as worker:
        reserved(db, workspace, now, server, people=1, mode="none")
        server.hub.faults.set({}, ["too_many"])
        work_off(worker)
        [after] = attempts(db, workspace)
        assert (after.state, after.sent_at) == (RESERVED, None)
        clock.at += timedelta(hours=1)
        work_off(worker)
    [after] = attempts(db, workspace)
    assert (after.state, after.attempt_no) == (ACCEPTED, 2)


def test_what_the_hub_refuses(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    clock = SetClock(now + timedelta(seconds=10))
    with fake_hub() as server, dispatching(db, clock) as worker:
        reserved(db, workspace, now, server, people=1, mode="none")
        server.hub.faults.set({}, ["refused"])
        work_off(worker)
    [after] = attempts(db, workspace)
    assert after.state == FAILED_NOT_SENT
    assert after.error


def test_a_refusal_of_contact_in_the_last_moment(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    clock = SetClock(now + timedelta(seconds=10))
    with fake_hub() as server, dispatching(db, clock) as worker:
        reserved(db, workspace, now, server, people=1, mode="none")
        [waiting] = attempts(db, workspace)
        with db.write() as conn:
            refuse(conn, workspace, waiting.person_id)
        work_off(worker)
        assert server.hub.requests == 0
    assert [one.state for one in attempts(db, workspace)] == [BLOCKED]


def test_a_hub_that_hangs_holds_only_its_own_slots(
    db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime
) -> None:
    clock = SetClock(now + timedelta(seconds=10))
    with fake_hub() as hanging, fake_hub() as well, dispatching(db, clock, threads=2, per_workspace=1) as worker:
        reserved(db, workspace, now, hanging, people=3, mode="none")
        reserved(db, other_workspace, now, well, people=3, mode="none")
        hanging.hub.faults.set({"hang": 1.0})
        began = time.monotonic()
        while len(well.hub.engagements.list()) < 3 and time.monotonic() - began < 10:
            worker.round()
            time.sleep(0.01)
        assert len(well.hub.engagements.list()) == 3
        assert hanging.hub.requests <= 2  # each takes two seconds


def test_a_key_that_does_not_open_holds_up_no_other_workspace(
    db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime
) -> None:
    with fake_hub() as server, dispatching(db, SetClock(now + timedelta(seconds=10))) as worker:
        for one in (workspace, other_workspace):
            reserved(db, one, now, server, people=1, mode="none")
        with db.write(workspace) as conn:
            conn.execute(
                update(hub_connection).values(key_sealed="x").where(hub_connection.c.workspace_id == workspace)
            )
        work_off(worker)
        assert len(server.hub.engagements.list()) == 1
    assert [one.state for one in attempts(db, workspace)] == [RESERVED]
    assert [one.state for one in attempts(db, other_workspace)] == [ACCEPTED]


def test_the_clock_is_that_of_the_database(db: Database) -> None:
    clock = DatabaseClock(db)
    first, second = clock.now(), clock.now()
    assert timedelta(0) <= second - first < timedelta(seconds=5)
    assert abs(datetime.now(first.tzinfo) - second) < timedelta(seconds=5)
