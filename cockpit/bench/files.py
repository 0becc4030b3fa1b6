"""Exports of everybody beside a raw write of the same bytes, each in a process of its own as the command is.

The raw write is the least that any export must do: the finished bytes, from memory, piece after piece into a new file,
and the flush to the disk with which every export ends. Memory is told for everybody and for a fifth of them.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from cockpit.bench.ingest import write_files
from cockpit.bench.synthetic import Population
from cockpit.bench.timing import Watch, ratio, watched
from cockpit.bootstrap import Cockpit, open_cockpit
from cockpit.exports.certificate import Order
from cockpit.exports.export import export
from cockpit.exports.lists import people_table
from cockpit.exports.registry import FORMATS
from cockpit.ingestion.load import import_signals
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.people_list import count_people, stream_people
from cockpit.storage.sparing import spare_memory
from cockpit.storage.workspaces import insert_workspace

RUNS = 3  # the best counts, of ours and of the raw write: what disturbs either is not theirs
PIECE_BYTES = 4 * 1024 * 1024  # about what the CSV export writes at once


@dataclass(frozen=True, slots=True)
class Job:
    """One export for a process of its own."""

    url: str
    workspace_id: WorkspaceId
    slug: str
    path: Path
    now: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What an export took."""

    rows: int
    bytes: int
    seconds: float  # from the open database to the durable file
    process_seconds: float  # with the start of the program and the opening of the database
    peak_mb: float


def measure_exports(cockpit: Cockpit, workspace_id: WorkspaceId, folder: Path, now: datetime) -> dict[str, Any]:
    """Every format, from the database to a durable file."""
    fifth = fill_fifth(cockpit, workspace_id, folder, now)
    cockpit.db.settle()
    cockpit.db.close()  # a DuckDB file has one owner; the next use opens it again
    url = cockpit.settings.database_url
    return {
        slug: measure_export(
            *(Job(url, which, slug, folder / f"people.{slug}", now) for which in (workspace_id, fifth))
        )
        for slug in FORMATS
    }


def measure_export(everybody: Job, fifth: Job) -> dict[str, Any]:
    """One format beside a raw write of its bytes."""
    few = in_a_process(fifth)
    runs = [(in_a_process(everybody), raw_write(everybody.path)) for _ in range(RUNS)]
    ours = min((done for done, _ in runs), key=lambda done: done.seconds)
    raw = min(watch.seconds for _, watch in runs)
    return {
        "rows": ours.rows,
        "bytes": ours.bytes,
        "seconds": round(ours.seconds, 2),
        "process_seconds": round(min(done.process_seconds for done, _ in runs), 2),
        "raw_durable_write_seconds": round(raw, 3),
        "times_raw_durable_write": ratio(ours.seconds, raw),
        "peak_mb": max(done.peak_mb for done, _ in runs),
        "rows_of_a_fifth": few.rows,
        "peak_mb_of_a_fifth": few.peak_mb,
    }


def fill_fifth(cockpit: Cockpit, workspace_id: WorkspaceId, folder: Path, now: datetime) -> WorkspaceId:
    """A workspace with a fifth of the people, in the same database."""
    place = folder / "fifth"
    place.mkdir()
    # all workspaces: a second one is made beside the first
    with cockpit.db.write() as conn:
        people = max(count_people(conn, workspace_id) // 5, 1)
        fifth = insert_workspace(conn, subdomain="bench-fifth", name="bench-fifth", time_zone="UTC", now=now)
    written, signals = write_files(Population(people, people // 4 + 1, until=now), place)
    import_signals(cockpit, fifth, signals, people=written, now=now)
    return fifth


def in_a_process(job: Job) -> Done:
    """The export in a fresh process, whose memory nothing else has used."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        started = perf_counter()
        rows, size, seconds, peak = process.submit(run, job).result()
    return Done(rows, size, seconds, perf_counter() - started, peak)


def run(job: Job) -> tuple[int, int, float, float]:
    """Export everybody: rows, bytes, seconds, and the peak of this process."""
    with open_cockpit(Settings(database_url=job.url)) as cockpit:
        spare_memory(cockpit.db)
        order = Order(workspace="bench", what="view:people", instant=job.now)
        with watched() as watch, cockpit.db.read(job.workspace_id) as conn:
            certificate = export(people_table(stream_people(conn, job.workspace_id)), order, job.slug, job.path)
    return certificate.rows, certificate.bytes, watch.seconds, watch.peak_mb


def raw_write(path: Path) -> Watch:
    """The same bytes into another file, down to the disk."""
    data = memoryview(path.read_bytes())
    copy = path.with_suffix(".raw")
    with watched() as watch, copy.open("wb") as handle:
        for start in range(0, len(data), PIECE_BYTES):
            handle.write(data[start : start + PIECE_BYTES])
        handle.flush()
        os.fsync(handle.fileno())
    copy.unlink()
    return watch
