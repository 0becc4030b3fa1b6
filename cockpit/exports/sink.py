"""The file an export grows in: written once, hashed on the way, visible only when complete."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cockpit.errors import CockpitError, InvalidInput, StorageFull


class Sink:
    """A stream of bytes that remembers its length and its SHA-256; it cannot seek, so nothing is ever rewritten."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._digest = hashlib.sha256()
        self.size = 0
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append the bytes."""
        self._handle.write(data)
        self._digest.update(data)
        length = memoryview(data).nbytes
        self.size += length
        return length

    def tell(self) -> int:
        """How many bytes were written."""
        return self.size

    def flush(self) -> None:
        """Hand everything to the system."""
        self._handle.flush()

    def close(self) -> None:
        """Do nothing: whoever opened the file closes it."""

    def seekable(self) -> bool:
        """Never."""
        return False

    def readable(self) -> bool:
        """Never."""
        return False

    def writable(self) -> bool:
        """Always."""
        return True

    def sha256(self) -> str:
        """The hash of what was written so far."""
        return self._digest.hexdigest()


@contextmanager
def complete_or_nothing(path: Path) -> Iterator[Sink]:
    """A sink whose file takes its name only after the last byte is on the disk.

    Raises:
        StorageFull: the disk is full; no file was left behind.
        InvalidInput: the file cannot be made there.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as handle:
            sink = Sink(handle)
            yield sink
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(path)
    except OSError as error:
        raise sentence_for(error, path) from error
    finally:
        part.unlink(missing_ok=True)


def sentence_for(error: OSError, path: Path) -> CockpitError:
    """What went wrong with the file, in one sentence."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return StorageFull(f"The disk is full: {path} was not written, and nothing was left behind.")
    reason = os.strerror(error.errno) if error.errno else str(error)
    return InvalidInput(f"{path} cannot be written: {reason}.")
