"""One list into one file, with its birth certificate and its line in the export log."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from cockpit.exports.ahead import ahead
from cockpit.exports.certificate import Certificate, Order, certificate_bytes, certificate_path, iso
from cockpit.exports.registry import format_named
from cockpit.exports.sink import complete_or_nothing
from cockpit.exports.table import Table, conform

Progress = Callable[[int], None]
# A database hands out some batches at once and then thinks: what is waiting keeps the writer busy meanwhile.
STEPS_AHEAD: Final = 4


def export(table: Table, order: Order, slug: str, path: Path, *, progress: Progress | None = None) -> Certificate:
    """Write the list to the file; either both the file and its certificate are complete, or there is no file.

    Raises:
        StorageFull: the disk is full.
        InvalidInput: there is no such format, or the file cannot be made there.
    """
    kind = format_named(slug)
    rows = 0
    frames = ahead((conform(frame, table.columns) for frame in table.frames), STEPS_AHEAD)
    with complete_or_nothing(path) as sink, closing(frames):
        for written in kind.write(Table(table.columns, frames), sink):
            rows += written
            if progress:
                progress(rows)
    certificate = Certificate(
        workspace=order.workspace,
        what=order.what,
        format=slug,
        instant=iso(order.instant),
        filters=dict(order.filters),
        scope=order.scope,
        columns=tuple(table.names),
        rows=rows,
        bytes=sink.size,
        sha256=sink.sha256(),
        file=path.name,
    )
    with complete_or_nothing(certificate_path(path)) as beside:
        beside.write(certificate_bytes(certificate))
    return certificate
