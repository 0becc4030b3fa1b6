"""What the import commands share: their options, the bar, and the summary that adds up to the rows of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from cockpit.cli.output import print_json
from cockpit.cli.progress import Advance
from cockpit.ingestion.instants import zone_named
from cockpit.ingestion.load import Options
from cockpit.ingestion.run import Imported, Progress, Step


def options_of(source: str, time_zone: str | None) -> Options:
    """The options of an import."""
    return Options(source=source, zone=zone_named(time_zone) if time_zone else None)


def show_step(advance: Advance) -> Progress:
    """Draw the steps of an import: bytes read, then people scored."""

    def show(step: Step) -> None:
        tally = step.tally
        taken = f"{tally.accepted:,} accepted, {tally.rejected:,} rejected" if tally.rows else ""
        advance(step.what, step.done, step.total, taken)

    return show


def report(parts: Mapping[str, Imported], *, as_json: bool, model_version: int | None = None) -> None:
    """Print what became of the rows; leave with status 1 when any was rejected."""
    if as_json:
        print_json({name: _document(part) for name, part in parts.items()} | {"model_version": model_version})
    else:
        for name, part in parts.items():
            typer.echo(_sentence(name, part))
        if model_version is not None:
            typer.echo(f"Score model version {model_version} is published.")
    rejected = [part for part in parts.values() if part.tally.rejected]
    for part in rejected:
        rows = "1 row was" if part.tally.rejected == 1 else f"{part.tally.rejected:,} rows were"
        typer.echo(f"{rows} rejected, the others stay; the reasons are in {part.rejects_file}.", err=True)
    if rejected:
        raise typer.Exit(1)


def _document(part: Imported) -> dict[str, Any]:
    tally = part.tally
    return {
        "rows": tally.rows,
        "accepted": tally.accepted,
        "duplicate": tally.duplicate,
        "rejected": tally.rejected,
        "unmatched": tally.unmatched,
        "rejects_file": str(part.rejects_file) if part.rejects_file else None,
        "resumed_after": part.resumed_after,
    }


def _sentence(name: str, part: Imported) -> str:
    tally = part.tally
    resumed = f" (went on after row {part.resumed_after:,})" if part.resumed_after else ""
    return (
        f"{name}: {tally.rows:,} rows = {tally.accepted:,} accepted + {tally.duplicate:,} duplicate"
        f" + {tally.rejected:,} rejected + {tally.unmatched:,} unmatched{resumed}"
    )
