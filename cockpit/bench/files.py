"""Exports of everybody beside a raw write of the same bytes."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from cockpit.bench.timing import Watch, ratio, watched
from cockpit.bootstrap import Cockpit
from cockpit.exports.certificate import Order
from cockpit.exports.export import export
from cockpit.exports.lists import people_table
from cockpit.exports.registry import FORMATS
from cockpit.exports.table import Table
from cockpit.model.ids import WorkspaceId
from cockpit.storage.people_list import stream_people


def measure_exports(cockpit: Cockpit, workspace_id: WorkspaceId, folder: Path, now: datetime) -> dict[str, Any]:
    """Every format: from the database to a durable file, and the writing alone."""
    order = Order(workspace="bench", what="view:people", instant=now)
    return {slug: measure_export(cockpit, workspace_id, order, slug, folder) for slug in FORMATS}


def measure_export(
    cockpit: Cockpit, workspace_id: WorkspaceId, order: Order, slug: str, folder: Path
) -> dict[str, Any]:
    """One format beside a raw write of its bytes."""
    path = folder / f"people.{slug}"
    with watched() as ours, cockpit.db.read() as conn:
        certificate = export(people_table(stream_people(conn, workspace_id)), order, slug, path)
    with cockpit.db.read() as conn:
        frames = list(stream_people(conn, workspace_id))
    with watched() as writing:
        export(Table(people_table([]).columns, iter(frames)), order, slug, path)
    raw, durable = raw_write(path), raw_write(path, durable=True)
    return {
        "rows": certificate.rows,
        "bytes": certificate.bytes,
        "seconds": round(ours.seconds, 2),
        "peak_mb": ours.peak_mb,
        "writing_only_seconds": round(writing.seconds, 2),
        "raw_write_seconds": round(raw.seconds, 3),
        "raw_durable_write_seconds": round(durable.seconds, 3),
        "writing_times_raw_durable_write": ratio(writing.seconds, durable.seconds),
        "times_raw_durable_write": ratio(ours.seconds, durable.seconds),
    }


def raw_write(path: Path, *, durable: bool = False) -> Watch:
    """The same bytes into another file; durable: on the disk, as an export is when it takes its name."""
    data = path.read_bytes()
    with watched() as watch, path.with_suffix(".raw").open("wb") as handle:
        handle.write(data)
        if durable:
            handle.flush()
            os.fsync(handle.fileno())
    path.with_suffix(".raw").unlink()
    return watch
