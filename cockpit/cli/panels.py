"""`cockpit panels`: the ten ranked lists, as tables or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table

from cockpit.cli.output import iso, open_from_environment, parse_instant, print_json, resolve_workspace
from cockpit.model.panel import PanelRow, PanelRows
from cockpit.panels import registry
from cockpit.panels.documents import panels_document


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("panels")(panels)


def panels(
    *,
    workspace: str = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain."),
    as_of: str | None = typer.Option(None, help="A past instant, like 2026-03-02T09:00:00Z; without it, now."),
    limit: int = typer.Option(25, min=1, help="Rows per panel."),
    panel: str | None = typer.Option(None, help="Only this panel."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show the ranked panels of a workspace, now or at any past instant."""
    now = datetime.now(UTC)
    instant = parse_instant(as_of) if as_of else None
    with open_from_environment() as cockpit:
        workspace_id = resolve_workspace(cockpit, workspace)
        if panel:
            read = registry.rows(cockpit.db, workspace_id, panel, now=now, as_of=instant, limit=limit)
            found: Mapping[str, PanelRows] = {panel: read}
        else:
            found = registry.all_panels(cockpit.db, workspace_id, now=now, as_of=instant, limit=limit)
    if as_json:
        print_json(panels_document(workspace, instant or now, found))
    else:
        draw(instant or now, found)


def draw(instant: datetime, found: Mapping[str, PanelRows]) -> None:
    """Print one table per panel."""
    console = Console()
    console.print(f"As of {iso(instant)}")
    for slug, panel in found.items():
        title = registry.panel_named(slug).title
        if not panel.rows:
            console.print(f"\n[bold]{title}[/bold]\n  No leads to show. {panel.empty_cause or ''}")
            continue
        table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for heading in ("#", "Name", "Number", "Band", "Why", "Do"):
            table.add_column(heading, justify="right" if heading in {"#", "Number"} else "left")
        for place, row in enumerate(panel.rows, start=1):
            table.add_row(str(place), *cells(row))
        console.print()
        console.print(table)


def cells(row: PanelRow) -> tuple[str, ...]:
    """A row as the texts of its cells."""
    number = "" if row.rank_value is None else f"{row.rank_value:,.2f}".rstrip("0").rstrip(".")
    return row.name, number, row.band or "", row.why, row.suggested_action.title if row.suggested_action else ""
