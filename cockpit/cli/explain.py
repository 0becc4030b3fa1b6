"""`cockpit explain`: one person's score as lines that add up to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from cockpit.cli.output import iso, open_from_environment, parse_instant, print_json, resolve_workspace
from cockpit.panels.explanation import Explanation, explain
from scoring.receipt import Line


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain_person)


def explain_person(
    person: str = typer.Argument(..., help="The person: the id here, or the id your system uses."),
    *,
    workspace: str = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain."),
    as_of: str | None = typer.Option(None, help="A past instant, like 2026-03-02T09:00:00Z; without it, now."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show how a person's score adds up, what would change it, and when it changes by itself."""
    now = datetime.now(UTC)
    instant = parse_instant(as_of) if as_of else None
    with open_from_environment() as cockpit:
        workspace_id = resolve_workspace(cockpit, workspace)
        found = explain(cockpit.db, workspace_id, person, now=now, as_of=instant)
    if as_json:
        print_json(as_document(workspace, found))
    else:
        draw(found)


def as_document(workspace: str, found: Explanation) -> dict[str, Any]:
    """The explanation in the shape other programs rely on."""
    receipt = found.receipt
    return {
        "workspace": workspace,
        "as_of": found.instant,
        "person_id": str(found.person.person_id),
        "external_id": found.person.external_id,
        "name": found.person.name,
        "priority": receipt.score,
        "place": found.place,
        "band": receipt.band,
        "lines": [line_document(line) for line in receipt.lines],
        "counterfactuals": list(found.counterfactuals),
        "next_lead": found.next_lead,
        "crosses_at": receipt.crosses_at,
        "crosses_to": receipt.crosses_to,
    }


def line_document(line: Line) -> dict[str, Any]:
    """One line of the receipt."""
    return {"label": line.label, "points": line.points, "rule": line.rule, "signals": list(line.signals)}


def draw(found: Explanation) -> None:
    """Print the receipt as a sum."""
    console = Console()
    receipt = found.receipt
    console.print(f"[bold]{found.person.name}[/bold] as of {iso(found.instant)}: {receipt.band}")
    if receipt.score is None:
        console.print("No data: nothing is known that a score could be made from.")
        return
    table = Table(box=None, show_footer=True, pad_edge=False)
    table.add_column("Points", justify="right", footer=f"[bold]{receipt.score}[/bold]")
    table.add_column("For", footer="[bold]Priority[/bold]")
    table.add_column("Because")
    for line in receipt.lines:
        table.add_row(f"{line.points:+}", line.label, "; ".join(told(line)) or line.rule)
    console.print(table)
    if found.place:
        following = f": {found.next_lead.sentence}" if found.next_lead else ""
        console.print(f"- #{found.place} of Priority Leads{following}")
    for change in found.counterfactuals:
        console.print(f"- {change.sentence}")
    if receipt.crosses_at:
        console.print(f"By time alone: {receipt.crosses_to} at {iso(receipt.crosses_at)}.")


def told(line: Line) -> list[str]:
    """The signals of a line as words."""
    return [f"{signal.type} x{signal.count}, last {signal.age_days:.1f} days before" for signal in line.signals]
