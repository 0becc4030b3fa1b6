"""The file of rejects beside the input: row number, reason, and the row as it was."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from errno import ENOSPC
from pathlib import Path
from types import TracebackType
from typing import TextIO

from cockpit.errors import InvalidInput, StorageFull
from cockpit.ingestion.sources.batch import Reject

HEADER = ("row", "reason", "text")
LONGEST_TEXT = 2_000  # of a rejected row: enough to find it, not enough to fill a disk


class RejectFile:
    """Writes rejects as they are found; it is made with the first one, so a clean import leaves no file."""

    def __init__(self, source: Path, kept_rows: int) -> None:
        """Go on after row `kept_rows` of an import that was broken off; 0 starts anew."""
        self.path = source.with_name(source.name + ".rejects.csv")
        kept = _rows_up_to(self.path, kept_rows)
        self._file: TextIO | None = None
        self.path.unlink(missing_ok=True)
        if kept:
            self._write(kept)

    def add(self, rejects: Iterable[Reject]) -> None:
        """Write these, down to the disk."""
        rows = [[str(reject.row), reject.reason, _plain(reject.text)] for reject in rejects]
        if rows:
            self._write(rows)

    def _write(self, rows: list[list[str]]) -> None:
        try:
            if self._file is None:
                self._file = self.path.open("w", encoding="utf-8", newline="")
                csv.writer(self._file).writerow(HEADER)
            csv.writer(self._file).writerows(rows)
            self._file.flush()
        except OSError as error:
            kind = StorageFull if error.errno == ENOSPC else InvalidInput
            raise kind(f"The rejects cannot be written to {self.path}: {error.strerror}.") from error

    def __enter__(self) -> RejectFile:
        """Use as a context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _rows_up_to(path: Path, last: int) -> list[list[str]]:
    """Rejects of rows that an earlier, broken-off run has already answered for."""
    if not last or not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) == len(HEADER) and row[0].isdigit()]
    return [row for row in rows if int(row[0]) <= last]


def _plain(text: str) -> str:
    """Text that any file can hold, cut to a readable length."""
    shown = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}… ({len(text):,} characters)"
