"""Where groups are stored: in this process, or, on PostgreSQL, in one of their own.

Under load a page that is drawn and the groups would wait for one interpreter, each for the other. DuckDB's file
belongs to one process, so there everything stays here.
"""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
from datetime import datetime
from threading import Thread
from typing import IO, Final, cast

from cockpit.errors import DatabaseUnavailable
from cockpit.ingestion.receiver import heard, say
from cockpit.ingestion.record import Receipt
from cockpit.ingestion.store_group import Group, store_group
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Database

BUSY: Final = 6  # requests that came while the group before was stored: from here on a lost process is started anew
LOST: Final = "The process that stores signals was lost; send the same signals again, none is stored twice."
Pipe = subprocess.Popen[bytes]


class Receivers:
    """Stores groups, one at a time; asked by one thread."""

    def __init__(self, busy: int = BUSY) -> None:
        """Store here until so many requests wait."""
        self._busy = busy
        self._process: Pipe | None = None
        self._ready = False

    def start(self, db: Database) -> None:
        """Have a process of its own, where the database allows it; until it has opened that, groups are stored here."""
        if self._process is None and db.shared:
            self._start(db)

    def meet(self, db: Database, crowd: int) -> None:
        """Start one where none runs and so many requests wait that it pays."""
        if crowd >= self._busy:
            self.start(db)

    def store(self, db: Database, workspace_id: WorkspaceId, group: Group, now: datetime) -> list[Receipt]:
        """The receipts of a group that is committed.

        Raises:
            DatabaseUnavailable: the other process died over it; stored again here, nothing is doubled.
        """
        if self._process is None or not self._ready:
            return store_group(db, workspace_id, group, now)
        try:
            say(_pipe(self._process.stdin), (workspace_id, group, now))
            answer = heard(_pipe(self._process.stdout))
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            self._end()
            raise DatabaseUnavailable(LOST) from error
        if isinstance(answer, Exception):
            raise answer
        return cast(list[Receipt], answer)

    def close(self) -> None:
        """End the other process; it is at nothing now."""
        self._end()

    def _start(self, db: Database) -> None:
        command = [sys.executable, "-m", "cockpit.ingestion.receiver"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own
        address = db.url.render_as_string(hide_password=False)  # through the pipe: others may read a command line
        Thread(target=self._await, args=(self._process, address), name="receiver-start", daemon=True).start()

    def _await(self, process: Pipe, address: str) -> None:
        with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):  # it died; the next crowd starts one
            say(_pipe(process.stdin), address)
            heard(_pipe(process.stdout))
            self._ready = True
            return
        self._end()

    def _end(self) -> None:
        process, self._process, self._ready = self._process, None, False
        if process is None:
            return
        with contextlib.suppress(OSError):
            _pipe(process.stdin).close()
        process.wait()
        _pipe(process.stdout).close()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise OSError("no pipe")
    return stream
