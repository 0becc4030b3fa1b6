"""`cockpit worker`: the work beside the screens in a process of its own; any number of them on PostgreSQL."""

from __future__ import annotations

import signal
from threading import Event

import typer

from cockpit.bootstrap import check_row_security, open_cockpit
from cockpit.cli.output import read_settings
from cockpit.worker.workers import Workers


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker")(worker)


def worker() -> None:
    """Refresh scores, carry out what is due, finish workspaces, until stopped; `cockpit serve` does it as well."""
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with open_cockpit(read_settings()) as cockpit:
        check_row_security(cockpit)
        workers = Workers(cockpit)
        workers.start()
        typer.echo(f"Working on {cockpit.db.address}  (stop with Ctrl+C)")
        ended.wait()
        typer.echo("Ending what is at hand.")
        workers.stop()
