"""A signal is stored once; every row of a batch learns what became of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import polars as pl
import pytest

from cockpit.model.ids import WorkspaceId
from cockpit.storage import people, signals, timeline
from cockpit.storage.database import Database
from tests.storage.rows import ANA, BEN, NOW, frame_of, person_row, signal_frame, signal_row


@pytest.fixture
def peopled(db: Database, workspace: WorkspaceId) -> WorkspaceId:
    """A workspace with Ana and Ben."""
    with db.write() as conn:
        people.upsert_people(conn, workspace, frame_of(person_row(ANA, "a"), person_row(BEN, "a")))
    return workspace


def test_each_row_learns_its_outcome(db: Database, peopled: WorkspaceId) -> None:
    with db.write() as conn:
        signals.insert_new(conn, peopled, signal_frame(signal_row("1", "a"), signal_row("2", "a")))
    batch = signal_frame(
        signal_row("2", "changed"),
        signal_row("3", "a"),
        signal_row("1", "a"),
        signal_row("3", "a"),
        signal_row("3", "changed"),
        signal_row("1", "a", source="hub"),
    )
    with db.write() as conn:
        done = signals.insert_new(conn, peopled, batch)
    outcomes = ["conflict", "new", "duplicate", "duplicate", "conflict", "new"]
    assert done.rows["outcome"].to_list() == outcomes
    assert done.rows["known_digest"].to_list() == ["a-2", "a-3", "a-1", "a-3", "a-3", "a-1"]
    assert done.rows.drop("outcome", "known_digest").equals(batch)
    assert [frame.height for frame in (done.new, done.duplicates, done.conflicts)] == [2, 2, 2]
    with db.read() as conn:
        stored = timeline.list_timeline(conn, peopled, ANA)
        assert [(one.source, one.source_event_id, one.channel) for one in stored] == [
            ("hub", "1", "a"),
            ("crm", "3", "a"),
            ("crm", "2", "a"),
            ("crm", "1", "a"),
        ]


def test_an_empty_batch(db: Database, peopled: WorkspaceId) -> None:
    with db.write() as conn:
        assert signals.insert_new(conn, peopled, signal_frame(signal_row("1", "a")).clear()).rows.height == 0


def test_a_large_batch_twice_is_once(db: Database, peopled: WorkspaceId) -> None:
    batch = signal_frame(*(signal_row(str(n), "a", (ANA, BEN)[n % 2]) for n in range(1_200)))
    for shuffled, new in ((batch, 1_200), (batch.sample(fraction=1.0, shuffle=True, seed=3), 0)):
        with db.write() as conn:
            done = signals.insert_new(conn, peopled, shuffled)
        assert (done.new.height, done.duplicates.height) == (new, 1_200 - new)
    with db.read() as conn:
        assert signals.list_signals(conn, peopled, [ANA]).height == 600
        assert signals.list_signals(conn, peopled, [ANA, BEN], before=NOW).height == 0


def test_two_writers_of_the_same_signals(db: Database, peopled: WorkspaceId) -> None:
    """Whoever comes second is told so; in opposite orders nobody blocks the other for ever."""
    batch = signal_frame(*(signal_row(f"{n:04}", "a") for n in range(600)))

    def store(frame: pl.DataFrame) -> int:
        with db.write() as conn:
            return signals.insert_new(conn, peopled, frame).new.height

    with ThreadPoolExecutor(4) as pool:
        stored = list(pool.map(store, [batch, batch.reverse(), batch, batch.reverse()]))
    assert sum(stored) == 600


def test_the_timeline_pages(db: Database, peopled: WorkspaceId) -> None:
    rows = [signal_row(f"{n:02}", "a", occurred_at=NOW - timedelta(minutes=n // 2)) for n in range(20)]
    with db.write() as conn:
        signals.insert_new(conn, peopled, signal_frame(*rows))
    seen: list[str] = []
    last = None
    with db.read() as conn:
        while page := timeline.list_timeline(conn, peopled, ANA, limit=3, before=last):
            seen += [one.source_event_id for one in page]
            last = (page[-1].occurred_at, page[-1].source, page[-1].source_event_id)
        past = timeline.list_timeline(conn, peopled, ANA, as_of=NOW - timedelta(minutes=9))
    assert len(seen) == len(set(seen)) == 20
    assert seen[:4] == ["01", "00", "03", "02"]
    assert past == ()
