"""Opening a file that may be compressed, and telling how far it was read."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from cockpit.errors import InvalidInput
from cockpit.ingestion.sources.batch import MAX_ROW

CUT_OFF = (EOFError, zlib.error, gzip.BadGzipFile)


@dataclass(frozen=True, slots=True)
class Opened:
    """A text stream and the file below it."""

    text: TextIO
    file: BinaryIO

    @property
    def position(self) -> int:
        """How many bytes of the file were read."""
        return self.file.tell()


def is_compressed(path: Path) -> bool:
    """Whether the name says gzip."""
    return path.suffix.lower() == ".gz"


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """The file as it is on disk."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        yield file


@contextmanager
def open_text(path: Path) -> Iterator[Opened]:
    """The lines of a plain or gzipped file; bytes that are not UTF-8 become lone surrogates, refused by row."""
    with open_bytes(path) as file:
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if is_compressed(path) else file
        yield Opened(io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline=""), file)


def lines_of(text: TextIO) -> Iterator[str]:
    """The lines; of a line longer than a row may be only its beginning, one character too long."""
    while line := text.readline(MAX_ROW + 1):
        yield line
        rest = line
        while len(rest) > MAX_ROW and not rest.endswith("\n"):
            rest = text.readline(MAX_ROW + 1)
