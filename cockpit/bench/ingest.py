"""Import of a file beside a raw insert of the same rows, and single signals beside single raw rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from cockpit.bench.raw_rows import raw_rows
from cockpit.bench.synthetic import Population, people_frames, signal_frames
from cockpit.bench.timing import Watch, ratio, repeated, watched
from cockpit.bootstrap import Cockpit
from cockpit.ingestion.load import import_signals
from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import SignalIn
from cockpit.model.ids import WorkspaceId
from cockpit.storage.scratch import append_bare, create_bare_signals, drop_bare

SINGLES = 100


def write_files(population: Population, folder: Path) -> tuple[Path, Path]:
    """The people and the signals as files, as an analyst would bring them."""
    people, signals = folder / "people.parquet", folder / "signals.parquet"
    for path, frames in ((people, people_frames(population)), (signals, signal_frames(population))):
        writer: pq.ParquetWriter | None = None
        for frame in frames:
            table = frame.to_arrow()
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
        if writer:
            writer.close()
    return people, signals


def measure_import(
    cockpit: Cockpit, workspace_id: WorkspaceId, files: tuple[Path, Path], now: datetime
) -> dict[str, Any]:
    """The import: match, store, update accumulators, score, suggest."""
    people, signals = files
    with watched() as ours:
        tally = import_signals(cockpit, workspace_id, signals, people=people, now=now).signals.tally
    raw = measure_raw_insert(cockpit, workspace_id, signals, now)
    return {
        "rows": tally.rows,
        "accepted": tally.accepted,
        "seconds": round(ours.seconds, 2),
        "signals_per_second": round(tally.rows / ours.seconds),
        "peak_mb": ours.peak_mb,
        "raw_insert_seconds": round(raw.seconds, 2),
        "raw_insert_per_second": round(tally.rows / raw.seconds),
        "times_raw_insert": ratio(ours.seconds, raw.seconds),
    }


def measure_raw_insert(cockpit: Cockpit, workspace_id: WorkspaceId, signals: Path, now: datetime) -> Watch:
    """The same rows, finished, into a table without keys: Arrow or COPY and nothing else."""
    total = Watch()
    # all workspaces: a table that belongs to none
    with cockpit.db.write() as conn:
        bare = create_bare_signals(conn)
    for batch in pq.ParquetFile(signals).iter_batches(500_000):
        rows = raw_rows(pl.DataFrame(batch), workspace_id, now)
        # all workspaces: a table that belongs to none
        with watched() as watch, cockpit.db.write() as conn:
            append_bare(conn, bare, rows)
        total.seconds += watch.seconds
    # all workspaces: a table that belongs to none
    with cockpit.db.write() as conn:
        drop_bare(conn, bare)
    return total


def measure_singles(
    cockpit: Cockpit, workspace_id: WorkspaceId, population: Population, now: datetime
) -> dict[str, Any]:
    """One signal, received and scored and durable, beside one raw row, durable."""
    numbers = iter(range(SINGLES * 2))

    def one_signal() -> None:
        number = next(numbers)
        person = f"p{number * 7919 % population.people}"
        signal = SignalIn("MISSED_CALL", now, source="bench", source_event_id=f"single{number}", external_id=person)
        receive(cockpit, workspace_id, [signal], now)

    # all workspaces: a table that belongs to none
    with cockpit.db.write() as conn:
        bare = create_bare_signals(conn)
    row = raw_rows(next(signal_frames(Population(1, 1, now))), workspace_id, now)

    def one_row() -> None:
        # all workspaces: a table that belongs to none
        with cockpit.db.write() as conn:
            append_bare(conn, bare, row)

    ours, raw = repeated(one_signal, SINGLES), repeated(one_row, SINGLES)
    # all workspaces: a table that belongs to none
    with cockpit.db.write() as conn:
        drop_bare(conn, bare)
    return {
        **ours.as_json(),
        "raw_row_p50_ms": raw.percentile(50),
        "times_raw_row": ratio(ours.percentile(50), raw.percentile(50)),
    }
