"""`cockpit export`: a panel or the people list into a file, all rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cockpit.bootstrap import Cockpit
from cockpit.cli.output import open_from_environment, parse_instant, print_json, resolve_workspace
from cockpit.errors import InvalidInput
from cockpit.exports.certificate import Certificate, Order, certificate_path
from cockpit.exports.export import export
from cockpit.exports.lists import panel_table, people_table
from cockpit.exports.log import log_export
from cockpit.exports.registry import FORMATS, format_named
from cockpit.exports.table import Table
from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import whole_workspace
from cockpit.storage.people_list import count_people, stream_people
from cockpit.storage.sparing import spare_memory

VIEWS = ("people",)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export_list)


def export_list(
    *,
    out: Path = typer.Option(..., "--out", help="The file to write; its certificate is written beside it."),
    workspace: str = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain."),
    panel: str | None = typer.Option(None, help="Export this panel, all of its rows."),
    view: str | None = typer.Option(None, help="Export this list: people."),
    format_: str | None = typer.Option(None, "--format", help="csv, parquet or xlsx; without it the file name says."),
    as_of: str | None = typer.Option(None, help="A past instant, like 2026-03-02T09:00:00Z (panels only)."),
    as_json: bool = typer.Option(False, "--json", help="Print the certificate as JSON."),
) -> None:
    """Write a panel or the people list to a file: all rows, safe to open in a spreadsheet."""
    slug = chosen_format(format_, out)
    what = chosen_list(panel, view, as_of)
    now = datetime.now(UTC)
    with open_from_environment() as cockpit:
        spare_memory(cockpit.db)
        workspace_id = resolve_workspace(cockpit, workspace)
        order = Order(workspace=workspace, what=what, instant=parse_instant(as_of) if as_of else now)
        with opened(cockpit, workspace_id, order, now) as (table, total), shown(total) as progress:
            task = progress.add_task(f"{what} as {slug}", total=total)
            certificate = export(table, order, slug, out, progress=lambda rows: progress.update(task, completed=rows))
        log_export(cockpit.db, whole_workspace(workspace_id), certificate, now=now)
    report(certificate, out, as_json=as_json)


def chosen_format(slug: str | None, out: Path) -> str:
    """The format that was asked for, or the one the file's name stands for."""
    if slug:
        return format_named(slug).slug
    named = [kind.slug for kind in FORMATS.values() if out.name.endswith(kind.suffix)]
    if not named:
        raise InvalidInput(f"Say the format of {out.name} with --format: {', '.join(FORMATS)}.")
    return named[0]


def chosen_list(panel: str | None, view: str | None, as_of: str | None) -> str:
    """What is exported, as the certificate names it."""
    if (panel is None) == (view is None):
        raise InvalidInput("Say what to export: either --panel KEY or --view people.")
    if panel is not None:
        from cockpit.panels.registry import panel_named  # noqa: PLC0415 - the people list needs no scoring

        return f"panel:{panel_named(panel).slug}"
    if view not in VIEWS:
        raise InvalidInput(f"There is no list {view!r}: the lists are {', '.join(VIEWS)}.")
    if as_of:
        raise InvalidInput("The people list has no past: leave --as-of out, or export a panel.")
    return f"view:{view}"


@contextmanager
def opened(
    cockpit: Cockpit, workspace_id: WorkspaceId, order: Order, now: datetime
) -> Iterator[tuple[Table, int | None]]:
    """The table to export and, where it is known before, its number of rows."""
    kind, _, key = order.what.partition(":")
    if kind == "panel":
        from cockpit.panels.whole import stream  # noqa: PLC0415

        past = order.instant if order.instant != now else None
        yield panel_table(key, stream(cockpit.db, workspace_id, key, now=now, as_of=past)), None
        return
    with cockpit.db.read(workspace_id) as conn:
        total = count_people(conn, workspace_id)
        yield people_table(stream_people(conn, workspace_id)), total


@contextmanager
def shown(total: int | None) -> Iterator[Progress]:
    """A progress bar on stderr, so that stdout stays for the answer."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), disable=total == 0) as progress:
        yield progress


def report(certificate: Certificate, out: Path, *, as_json: bool) -> None:
    """Say what was written."""
    if as_json:
        print_json(certificate.as_json())
        return
    typer.echo(f"{certificate.rows:,} rows written to {out} ({certificate.bytes:,} bytes).")
    typer.echo(f"Certificate: {certificate_path(out)}")
