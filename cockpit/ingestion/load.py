"""Import files of signals and of people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.ingestion.columns import PEOPLE_COLUMNS, SIGNAL_COLUMNS
from cockpit.ingestion.normalise import Normal, normalise, row_text
from cockpit.ingestion.people import take_people
from cockpit.ingestion.people_rows import normalise_people
from cockpit.ingestion.publish import publish_catalogue, read_catalogue
from cockpit.ingestion.receive import WithDatabase
from cockpit.ingestion.record import Tally
from cockpit.ingestion.refresh import PEOPLE_AT_ONCE, drain_pending
from cockpit.ingestion.rule_signals import await_rules
from cockpit.ingestion.run import PEOPLE, ROWS_AT_ONCE, SIGNALS, Import, Imported, Progress, Step
from cockpit.ingestion.sources.batch import RawBatch, Reject
from cockpit.ingestion.take import Taken, take
from cockpit.ingestion.unmatched import sweep_tray
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.pending import count_pending, upsert_pending
from cockpit.storage.unmatched import count_unmatched
from cockpit.storage.workspaces import replace_data_version

SOURCE = "import"


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is read: `source` names signals that name none, `zone` is that of times without one."""

    source: str = SOURCE
    zone: ZoneInfo | None = None
    rows_at_once: int = ROWS_AT_ONCE
    people_at_once: int = PEOPLE_AT_ONCE


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an import did."""

    signals: Imported
    people: Imported | None = None
    model_version: int | None = None  # published from the catalogue file, when it said anything new


def import_signals(
    cockpit: WithDatabase,
    workspace_id: WorkspaceId,
    path: Path,
    now: datetime,
    *,
    people: Path | None = None,
    catalogue: Path | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Import a file of signals, after its people and its catalogue when they are given."""
    chosen = options or Options()
    version = _publish(cockpit, workspace_id, catalogue, now) if catalogue else None
    first = Import(cockpit, workspace_id, people, PEOPLE, PEOPLE_COLUMNS, chosen.rows_at_once) if people else None
    job = Import(cockpit, workspace_id, path, SIGNALS, SIGNAL_COLUMNS, chosen.rows_at_once)
    known = first.run(partial(_store_people, job=first, now=now, options=chosen), now, progress) if first else None
    signals = job.run(partial(_store_signals, job=job, now=now, options=chosen), now, progress)
    sweep_tray(cockpit, workspace_id, now)
    catch_up(cockpit, workspace_id, now, progress, people_at_once=chosen.people_at_once)
    if first and known:
        first.finish(known, now)
    job.finish(signals, now)
    return Loaded(signals, known, version)


def import_people(
    cockpit: WithDatabase,
    workspace_id: WorkspaceId,
    path: Path,
    now: datetime,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Import a file of people."""
    chosen = options or Options()
    job = Import(cockpit, workspace_id, path, PEOPLE, PEOPLE_COLUMNS, chosen.rows_at_once)
    imported = job.run(partial(_store_people, job=job, now=now, options=chosen), now, progress)
    catch_up(cockpit, workspace_id, now, progress, people_at_once=chosen.people_at_once)
    job.finish(imported, now)
    return imported


def catch_up(
    cockpit: WithDatabase,
    workspace_id: WorkspaceId,
    now: datetime,
    progress: Progress | None = None,
    *,
    people_at_once: int = PEOPLE_AT_ONCE,
) -> int:
    """Restate everybody an import left waiting, then let the database settle."""
    with cockpit.db.read(workspace_id) as conn:
        total = count_pending(conn, workspace_id)
    done = 0
    while drained := drain_pending(cockpit, workspace_id, now, people_at_once):
        done += drained
        if progress:
            progress(Step("people", done, max(total, done), Tally()))
    if done:
        cockpit.db.settle()
    return done


def _publish(cockpit: WithDatabase, workspace_id: WorkspaceId, path: Path, now: datetime) -> int | None:
    file = read_catalogue(path)
    with cockpit.db.write(workspace_id) as conn:
        version = publish_catalogue(conn, workspace_id, file, now)
        replace_data_version(conn, workspace_id)
    return version


def _store_signals(
    conn: Connection, batch: RawBatch, *, alone: bool, job: Import, now: datetime, options: Options
) -> tuple[Tally, tuple[Reject, ...]]:
    normal = normalise(batch.frame, now, source=options.source, zone=options.zone)
    tray = count_unmatched(conn, job.workspace_id) > 0
    taken = take(conn, job.workspace_id, normal.frame, now, tray=tray, alone=alone)
    upsert_pending(conn, job.workspace_id, taken.new["person_id"].unique())
    await_rules(conn, job.workspace_id, taken.new)
    return _told(batch, normal, taken)


def _store_people(
    conn: Connection, batch: RawBatch, *, alone: bool, job: Import, now: datetime, options: Options
) -> tuple[Tally, tuple[Reject, ...]]:
    del alone  # people are merged, so others may store the same ones
    normal = normalise_people(batch.frame, now, zone=options.zone)
    taken = take_people(conn, job.workspace_id, normal.frame, now)
    accepted = taken.answers.filter(pl.col("status") == "accepted")["person_id"]
    upsert_pending(conn, job.workspace_id, pl.concat([accepted, taken.new["person_id"]]).unique())
    return _told(batch, normal, taken)


def _told(batch: RawBatch, normal: Normal, taken: Taken) -> tuple[Tally, tuple[Reject, ...]]:
    """The counts of what was taken, and the rejects with their rows."""
    counts = Counter(taken.answers["status"])
    refused = taken.answers.filter(pl.col("status") == "rejected").select("row", "reason")
    given = batch.frame.join(refused, on="row", maintain_order="left")
    rejects = (Reject(row["row"], row.pop("reason"), row_text(row)) for row in given.iter_rows(named=True))
    return Tally(counts["accepted"], counts["duplicate"], 0, counts["unmatched"]), (*normal.rejects, *rejects)
