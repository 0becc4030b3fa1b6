"""Every read of storage and panels, and every export as the bytes of a file, as a probe."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from cockpit.exports.export import export
from cockpit.exports.lists import panel_table, people_table
from cockpit.exports.order import order_of
from cockpit.exports.registry import FORMATS
from cockpit.exports.table import Table as ExportTable
from cockpit.model.roles import Role
from cockpit.model.viewer import Viewer
from cockpit.panels import whole
from cockpit.panels.registry import PANELS
from cockpit.storage import members, models, rules, workspaces
from cockpit.storage.people_list import stream_people
from tests.access.walled import COUNTS, ROWS, View, name_of, panel
from tests.campaigns.planted import Asker

Read = Callable[[View], object]
Probe = Callable[[Asker], bytes]
LISTS = ("people", *PANELS)
OTHERS: dict[Any, Read] = {
    members.list_members: lambda v: plainly(v, members.list_members),
    models.list_models: lambda v: plainly(v, models.list_models),
    models.list_signal_types: lambda v: plainly(v, models.list_signal_types),
    rules.list_rules: lambda v: plainly(v, rules.list_rules),
    workspaces.get_workspace_by_id: lambda v: plainly(v, workspaces.get_workspace_by_id),
}


def read_probes() -> Mapping[str, Probe]:
    """Every read, count, panel and export."""
    reads = {name_of(read): lambda v, rows=rows: list(rows(v)) for read, rows in ROWS.items()}
    counts = {f"{name_of(read)} (count)": count.told for read, count in COUNTS.items()}
    others = {name_of(read): probe for read, probe in OTHERS.items()}
    shown = {f"panel {slug}": lambda v, slug=slug: panel(v, slug) for slug in PANELS}
    past = {f"panel {slug} as of": lambda v, slug=slug: panel(v, slug, v.now) for slug in PANELS}
    every: dict[str, Read] = {**reads, **counts, **others, **shown, **past}  # type: ignore[dict-item]
    return {f"read {name}": told(read) for name, read in every.items()} | {
        f"file {what}.{kind}": exported(what, kind) for what in LISTS for kind in FORMATS
    }


def told(read: Read) -> Probe:
    """What a read answers, as text; the id of somebody who is elsewhere counts as their canary."""

    def probe(asker: Asker) -> bytes:
        return str(read(asker.view)).replace(str(asker.there), f"CANARY{asker.there.hex}").encode()

    return probe


def plainly(view: View, question: Callable[..., object]) -> object:
    """A read that has no scope."""
    with view.db.read(view.workspace_id) as conn:
        return question(conn, view.workspace_id)


def exported(what: str, kind: str) -> Probe:
    """A list as the bytes of a file."""

    def probe(asker: Asker) -> bytes:
        view = asker.view
        order = order_of(
            Viewer(view.workspace_id, None, Role.MEMBER, view.scope), workspace="w", what=what, instant=view.now
        )
        with tempfile.TemporaryDirectory() as folder, view.db.read(view.workspace_id) as conn:
            path = Path(folder) / f"file{FORMATS[kind].suffix}"
            export(listed(view, conn, what), order, kind, path)
            return unpacked(path.read_bytes())

    return probe


def listed(view: View, conn: Any, what: str) -> ExportTable:
    """The table of an export."""
    if what == "people":
        return people_table(stream_people(conn, view.workspace_id, scope=view.scope))
    return panel_table(what, whole.stream(view.db, view.workspace_id, what, now=view.now, scope=view.scope))


def unpacked(data: bytes) -> bytes:
    """A file as bytes in which a text can be found."""
    if data.startswith(b"PAR1"):
        return str(pl.read_parquet(io.BytesIO(data)).rows()).encode()
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return b"".join(book.read(name) for name in book.namelist())
    return data
