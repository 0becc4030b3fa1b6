"""`cockpit bench`: what this machine does, as ratios to what it does at best."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import typer
from rich.console import Console

from cockpit.bench.run import Plan, filled_until, machine, parts_named, run_engine, run_filled
from cockpit.bench.servers import engines_named, server_of
from cockpit.bench.synthetic import Population
from cockpit.cli.output import print_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench")(bench)


def bench(
    *,
    people: int = typer.Option(10_000, min=100, help="How many people to make up."),
    signals: int = typer.Option(100_000, min=1_000, help="How many signals to make up."),
    engine: str = typer.Option("both", help="duckdb, postgresql or both."),
    postgresql: str | None = typer.Option(None, help="A PostgreSQL server whose user may create databases."),
    raw_runs: int = typer.Option(3, min=1, help="How often the panels are made from raw signals."),
    keep: bool = typer.Option(False, "--keep", help="Leave the filled PostgreSQL database behind, for --filled."),
    filled: str | None = typer.Option(
        None, help="Measure in the database that an earlier run kept; nothing is imported."
    ),
    parts: str = typer.Option("", help="Only these after the import: panels,rescore,export,single_signals."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Measure import, panels, rescore and exports on made-up data in databases of their own, as ratios of one run."""
    console = Console(stderr=True)
    until = filled_until(filled) if filled else datetime.now(UTC).replace(microsecond=0)
    population = Population(people, signals, until=until)
    report: dict[str, Any] = {"people": people, "signals": signals, "machine": machine(), "engines": {}}
    for name in () if filled else engines_named(engine):
        with server_of(name, postgresql) as url:
            plan = Plan(population, parts_named(parts), raw_runs, partial(console.print, f"{name}:"), keep)
            report["engines"][name] = run_engine(url, plan)
    if filled:
        plan = Plan(population, parts_named(parts), raw_runs, console.print)
        report["engines"][filled.partition(":")[0]] = run_filled(filled, plan)
    if as_json:
        print_json(report)
    else:
        draw(report)


def draw(report: dict[str, Any]) -> None:
    """Print the numbers, one line each."""
    console = Console()
    console.print(f"{report['people']:,} people, {report['signals']:,} signals, {report['machine']['cores']} cores")
    for engine, parts in report["engines"].items():
        console.print(f"\n[bold]{engine}[/bold]")
        for name, value in flat(parts):
            console.print(f"  {name:<52} {value:>14,}" if isinstance(value, int | float) else f"  {name:<52} {value}")


def flat(parts: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Nested numbers as dotted names."""
    found: list[tuple[str, Any]] = []
    for name, value in parts.items():
        found += flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", value)]
    return found
