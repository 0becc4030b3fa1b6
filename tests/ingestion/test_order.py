"""Late, shuffled, batched or one by one: the same signals give the same state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import Random

from cockpit.bootstrap import Cockpit
from cockpit.ingestion.counters import recount
from cockpit.ingestion.receive import receive
from cockpit.ingestion.refresh import drain_pending
from cockpit.ingestion.rulebook import get_rulebook
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import WorkspaceId
from cockpit.storage.members import upsert_member
from cockpit.storage.pending import insert_everybody
from cockpit.storage.people import upsert_people
from cockpit.storage.schema import member_day
from cockpit.storage.workspaces import delete_workspace
from tests.ingestion.history import Signal, drawn
from tests.ingestion.people import some_people
from tests.ingestion.stored import assert_same, rows_of, state_of


def started(cockpit: Cockpit, name: str, now: datetime) -> WorkspaceId:
    """A workspace whose people have owners, so that counters are kept."""
    with cockpit.db.write() as conn:
        workspace_id = start_workspace(conn, subdomain=name, name=name, time_zone="UTC", now=now)
        owner = upsert_member(conn, workspace_id, email="ana@example.com", name="Ana", now=now)
        upsert_people(conn, workspace_id, some_people(workspace_id, now, owner, count=12))
    return workspace_id


def send(cockpit: Cockpit, workspace_id: WorkspaceId, signals: Sequence[Signal], size: int, now: datetime) -> None:
    for start in range(0, len(signals), size):
        receipt = receive(cockpit, workspace_id, signals[start : start + size], now)
        assert receipt.tally.accepted == len(receipt.items)


def test_order_and_size_of_batches_do_not_matter(cockpit: Cockpit, now: datetime) -> None:
    signals = drawn(now, 2, people=4, signals=60)
    shuffled = Random(2).sample(signals, len(signals))
    states = []
    for order, size in ((signals, 60), (shuffled, 1), (shuffled, 13)):
        workspace_id = started(cockpit, "north", now)
        send(cockpit, workspace_id, order, size, now)
        states.append(state_of(cockpit.db, workspace_id))
        drop(cockpit, workspace_id)
    assert_same(states[0], states[1])
    assert_same(states[0], states[2])


def drop(cockpit: Cockpit, workspace_id: WorkspaceId) -> None:
    """The same workspace again, as ids of people follow from that of the workspace."""
    with cockpit.db.write() as conn:
        delete_workspace(conn, workspace_id)


def test_replay_of_everybody_changes_nothing(cockpit: Cockpit, now: datetime) -> None:
    workspace_id = started(cockpit, "north", now)
    send(cockpit, workspace_id, drawn(now, 3), 60, now)
    before = state_of(cockpit.db, workspace_id)
    with cockpit.db.write() as conn:
        insert_everybody(conn, workspace_id)
    while drain_pending(cockpit, workspace_id, now, 5):
        pass
    assert_same(before, state_of(cockpit.db, workspace_id))


def test_counters_kept_by_differences_are_those_counted_anew(cockpit: Cockpit, now: datetime) -> None:
    workspace_id = started(cockpit, "north", now)
    signals = Random(4).sample(drawn(now, 4), 200)
    send(cockpit, workspace_id, signals, 25, now)
    kept = rows_of(cockpit.db, workspace_id, member_day)
    assert kept["actions"].sum() > 50
    assert any(text != "{}" for text in kept["response_minutes"])
    with cockpit.db.write() as conn:
        recount(conn, workspace_id, get_rulebook(conn, workspace_id).catalogue)
    assert kept.equals(rows_of(cockpit.db, workspace_id, member_day))
