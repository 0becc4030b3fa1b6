"""One import of one file, in batches of one transaction each: broken off anywhere, it can be gone on with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Protocol

from cockpit.errors import Conflict, InvalidInput
from cockpit.ingestion.receive import WithDatabase
from cockpit.ingestion.record import Tally
from cockpit.ingestion.rejects import RejectFile
from cockpit.ingestion.sources.batch import Columns, RawBatch, Reject
from cockpit.ingestion.sources.registry import reader_of
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.imports import ImportRun, find_import_run, upsert_import_run
from cockpit.storage.workspaces import replace_data_version

ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Step:
    """How far a long command has come."""

    what: str
    done: int
    total: int
    tally: Tally


Progress = Callable[[Step], None]


class Store(Protocol):
    """Stores one batch; with `alone` it may fail with a Conflict when another transaction stores the same ids."""

    def __call__(self, conn: Connection, batch: RawBatch, *, alone: bool) -> tuple[Tally, tuple[Reject, ...]]:
        """Answer the counts, and the rejects besides those of the batch itself."""
        ...


SIGNALS, PEOPLE = "signals", "people"  # what a file holds


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows of a file; `resumed_after` is the row an earlier run had come to."""

    run: ImportRun
    rejects_file: Path | None
    resumed_after: int = 0

    @property
    def tally(self) -> Tally:
        """The counts, which add up to the rows of the file."""
        return tally_of(self.run)


@dataclass(frozen=True, slots=True)
class Import:
    """One file on its way into one workspace."""

    cockpit: WithDatabase
    workspace_id: WorkspaceId
    path: Path
    kind: str
    columns: Columns
    rows_at_once: int = ROWS_AT_ONCE

    def run(self, store: Store, now: datetime, progress: Progress | None = None) -> Imported:
        """Read the file and store its batches; what an earlier run has stored is not read again."""
        run = self._begun(now)
        resumed = run.rows_done
        size = self.path.stat().st_size
        reader = reader_of(self.path)
        with RejectFile(self.path, run.rows_done) as rejects:
            for batch in reader(self.path, self.columns, skip=run.rows_done, batch_rows=self.rows_at_once):
                run = self._store(store, batch, run, rejects)
                if progress:
                    progress(Step("rows", batch.position, size, tally_of(run)))
        with self.cockpit.db.write(self.workspace_id) as conn:
            upsert_import_run(conn, self.workspace_id, run)
        return Imported(run, rejects.path if run.rejected else None, resumed)

    def finish(self, imported: Imported, now: datetime) -> None:
        """Say that everything that follows from the rows is done, too: the next run of this file starts anew."""
        with self.cockpit.db.write(self.workspace_id) as conn:
            upsert_import_run(conn, self.workspace_id, replace(imported.run, finished_at=now))
            if self.kind == SIGNALS and imported.tally.accepted:
                replace_data_version(conn, self.workspace_id, received_at=now)

    def _begun(self, now: datetime) -> ImportRun:
        """The run that was broken off, or a new one; a finished one starts again, and finds all duplicates."""
        digest = f"{self.kind}:{digest_of(self.path)}"
        with self.cockpit.db.read(self.workspace_id) as conn:
            known = find_import_run(conn, self.workspace_id, digest)
        if known is not None and known.finished_at is None:
            return known
        return ImportRun(digest, self.path.name, self.kind, 0, 0, 0, 0, 0, now)

    def _store(self, store: Store, batch: RawBatch, run: ImportRun, rejects: RejectFile) -> ImportRun:
        """Store a batch, a second time with care when another process stored one of its ids in the same moment."""
        try:
            return self._attempt(store, batch, run, rejects, alone=True)
        except Conflict:
            return self._attempt(store, batch, run, rejects, alone=False)

    def _attempt(self, store: Store, batch: RawBatch, run: ImportRun, rejects: RejectFile, *, alone: bool) -> ImportRun:
        """Store a batch with the progress of the run, or nothing of both; rejects are on the disk before."""
        with self.cockpit.db.write(self.workspace_id) as conn:
            tally, refused = store(conn, batch, alone=alone)
            found = sorted((*batch.rejects, *refused), key=lambda reject: reject.row)
            rejects.add(found)
            counted = tally_of(run) + tally + Tally(rejected=len(found))
            run = replace(
                run,
                rows_done=batch.last_row,
                accepted=counted.accepted,
                duplicate=counted.duplicate,
                rejected=counted.rejected,
                unmatched=counted.unmatched,
            )
            upsert_import_run(conn, self.workspace_id, run)
            replace_data_version(conn, self.workspace_id)
        return run


def tally_of(run: ImportRun) -> Tally:
    """The counts of a run."""
    return Tally(run.accepted, run.duplicate, run.rejected, run.unmatched)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
