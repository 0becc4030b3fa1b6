"""Requests that arrive together are stored together, and answered each for itself."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cockpit.bootstrap import Cockpit
from cockpit.errors import Conflict, DatabaseUnavailable, NotFound
from cockpit.ingestion import group_commit, store_group
from cockpit.ingestion.answered import Repeatable
from cockpit.ingestion.group_commit import GroupCommit
from cockpit.ingestion.receivers import Receivers
from cockpit.ingestion.record import Receipt
from cockpit.model.ids import WorkspaceId, workspace_id_of
from cockpit.storage.signals import count_signals


def call(now: datetime, event: str, **changes: object) -> dict[str, object]:
    return {"source_event_id": event, "type": "MISSED_CALL", "occurred_at": now, "external_id": "x", **changes}


@contextmanager
def held(cockpit: Cockpit, now: datetime) -> Iterator[GroupCommit]:
    """A queue whose thread begins when the block ends, so that everything in it is one group."""
    queue = GroupCommit(lambda: cockpit, lambda: now)
    with queue._changed:
        yield queue
    queue.close()


def statuses(answer: Future[Receipt]) -> list[str]:
    return [item.status for item in answer.result(30).items]


def test_a_group_is_stored_as_if_alone(
    cockpit: Cockpit, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime
) -> None:
    calls = [call(now - timedelta(minutes=60 - n), f"e{n}", external_id=f"x{n % 5}") for n in range(30)]
    with held(cockpit, now) as queue:
        together = [queue.submit(workspace, [signal]) for signal in calls]
    for signal in calls:
        alone = GroupCommit(lambda: cockpit, lambda: now)
        alone.submit(other_workspace, [signal])
        alone.close()
    assert [statuses(answer) for answer in together] == [["accepted"]] * 30
    with cockpit.db.read() as conn:
        assert count_signals(conn, workspace) == count_signals(conn, other_workspace) == 30


def test_each_gets_its_own_answer(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    with held(cockpit, now) as queue:
        good = queue.submit(workspace, [call(now, "a"), call(now, "b", type="")])
        same = queue.submit(workspace, [call(now, "a")])
        other = queue.submit(workspace, [call(now, "a", value=3.0)])
        nowhere = queue.submit(workspace_id_of("nowhere"), [call(now, "a")])
    assert [statuses(one) for one in (good, same, other)] == [["accepted", "rejected"], ["duplicate"], ["rejected"]]
    assert isinstance(nowhere.exception(30), NotFound)


def test_a_failing_request_spares_its_neighbours(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    asked = [Repeatable("k", "first"), Repeatable("k", "second"), Repeatable("k", "first"), None]
    with held(cockpit, now) as queue:
        answers = [queue.submit(workspace, [call(now, f"e{n}")], key) for n, key in enumerate(asked)]
    assert [statuses(answers[n]) for n in (0, 2, 3)] == [["accepted"]] * 3
    assert isinstance(answers[1].exception(30), Conflict)
    assert answers[2].result() == answers[0].result()
    with cockpit.db.read() as conn:
        assert count_signals(conn, workspace) == 2


def test_closing_stores_what_waits_and_takes_no_more(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    with held(cockpit, now) as queue:
        waiting = [queue.submit(workspace, [call(now, f"e{n}")]) for n in range(20)]
    assert all(one.done() for one in waiting)
    with pytest.raises(DatabaseUnavailable):
        queue.submit(workspace, [call(now, "late")])
    with cockpit.db.read() as conn:
        assert count_signals(conn, workspace) == 20


def test_a_request_that_is_taken_back_stops_nobody(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    with held(cockpit, now) as queue:
        gone, kept = (queue.submit(workspace, [call(now, event)]) for event in ("gone", "kept"))
        assert gone.cancel()
    assert statuses(kept) == ["accepted"]
    with cockpit.db.read() as conn:
        assert count_signals(conn, workspace) == 1


def test_workspaces_take_turns(
    cockpit: Cockpit,
    workspace: WorkspaceId,
    other_workspace: WorkspaceId,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(group_commit, "MOST_IN_GROUP", 2)
    done: list[WorkspaceId] = []
    with held(cockpit, now) as queue:
        for place, event in ((workspace, "a"), (workspace, "b"), (workspace, "c"), (other_workspace, "d")):
            queue.submit(place, [call(now, event)]).add_done_callback(lambda _, place=place: done.append(place))
    assert done == [workspace, workspace, other_workspace, workspace]


def test_a_database_that_is_away_for_a_moment_is_asked_again(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [DatabaseUnavailable("Another write got in the way.")]
    real = store_group.store
    monkeypatch.setattr(store_group, "store", lambda *given: fail(faults.pop()) if faults else real(*given))
    with held(cockpit, now) as queue:
        first, second = (queue.submit(workspace, [call(now, event)]) for event in ("a", "b"))
    assert [statuses(first), statuses(second)] == [["accepted"], ["accepted"]]
    faults += [DatabaseUnavailable("It is gone.")] * 2
    with held(cockpit, now) as queue:
        third = queue.submit(workspace, [call(now, "c")])
    assert isinstance(third.exception(30), DatabaseUnavailable)


def fail(error: Exception) -> None:
    raise error


def busy(cockpit: Cockpit, workspace: WorkspaceId, now: datetime, receivers: Receivers, first: int) -> list[str]:
    """What two requests of a group are told."""
    group = [([call(now, f"e{first + number}")], None) for number in range(2)]
    receivers.meet(cockpit.db, len(group))
    receipts = receivers.store(cockpit.db, workspace, group, now)
    return [item.status for receipt in receipts for item in receipt.items]


def started(receivers: Receivers) -> subprocess.Popen[bytes]:
    """The process of its own, once it has opened the database."""
    for _ in range(600):
        if receivers._ready:
            break
        time.sleep(0.05)
    assert receivers._ready
    assert receivers._process is not None
    return receivers._process


def threads(process: subprocess.Popen[bytes]) -> list[set[int]]:
    """The cores on which each thread of a process may run."""
    return [os.sched_getaffinity(int(one.name)) for one in Path(f"/proc/{process.pid}/task").iterdir()]


def test_where_many_wait_groups_are_stored_by_a_process_of_their_own(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime
) -> None:
    receivers = Receivers(busy=2)
    assert busy(cockpit, workspace, now, receivers, 0) == ["accepted"] * 2
    if cockpit.db.engine_name == "duckdb":
        assert receivers._process is None, "the file belongs to this process"
        return
    process = started(receivers)
    assert len({core for one in threads(process) for core in one}) == 1, "they hand work over all the time"
    assert busy(cockpit, workspace, now, receivers, 2) == ["accepted"] * 2
    assert busy(cockpit, workspace, now, receivers, 1) == ["duplicate"] * 2
    with pytest.raises(NotFound):
        receivers.store(cockpit.db, workspace_id_of("nowhere"), [([call(now, "a")], None)], now)
    process.kill()
    process.wait()
    with pytest.raises(DatabaseUnavailable, match="none is stored twice"):
        busy(cockpit, workspace, now, receivers, 4)
    assert busy(cockpit, workspace, now, receivers, 4) == ["accepted"] * 2, "stored here while another one starts"
    again = started(receivers)
    receivers.close()
    assert again.poll() == 0
    with cockpit.db.read() as conn:
        assert count_signals(conn, workspace) == 6
