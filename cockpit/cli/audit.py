"""`cockpit audit export|verify`: the guard log, handed out and proven."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

import typer

from cockpit.automation import audit
from cockpit.automation.audit import Audit
from cockpit.cli.output import open_from_environment, print_json, resolve_workspace
from cockpit.errors import InvalidInput
from cockpit.storage.guard_chain import Head

commands = typer.Typer(
    help="The guard log: every attempt to reach somebody, with what each guard said.", no_args_is_help=True
)
AS_JSON = typer.Option(False, "--json", help="Print JSON.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="audit")


@commands.command("export")
def export(
    *,
    workspace: str = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain."),
    output: Path = typer.Option(Path("-"), "--output", "-o", help="Where to write to; `-` is the standard output."),
) -> None:
    """Write the guard log as JSON Lines: one entry a line, the head of the chain last."""
    if output.exists():
        raise InvalidInput(f"{output} exists: a log is not written over another one.")
    with open_from_environment() as cockpit:
        workspace_id = resolve_workspace(cockpit, workspace)
        with cockpit.db.read(workspace_id) as conn, _writer(output) as sink:
            line = ""
            for line in audit.exported(conn, workspace_id):
                sink.write(line.encode() + b"\n")
    typer.echo(f"Head of the chain: {line}", err=True)


@commands.command("verify")
def verify(
    file: Path | None = typer.Argument(None, help="An exported log; needs no database."),
    *,
    workspace: str | None = typer.Option(None, "--workspace", "-w", help="Instead of a file: the log of a workspace."),
    head: str | None = typer.Option(None, help="A head that was noted earlier, as SEQ:HASH: it has to be in the log."),
    as_json: bool = AS_JSON,
) -> None:
    """Say whether a guard log is whole: nothing changed, removed, moved or cut off."""
    known = audit.head_named(head) if head else None
    if (file is None) == (workspace is None):
        raise InvalidInput("Name either a file or a workspace.")
    found = _of_file(file, known) if file else _of_workspace(workspace or "", known)
    if as_json:
        print_json(document(found))
    else:
        _tell(found)
    if not found.holds:
        raise typer.Exit(1)


def document(found: Audit) -> dict[str, object]:
    """An audit as JSON."""
    faults = [{"place": fault.place, "what": fault.what} for fault in found.faults]
    head = {"seq": found.head.seq, "hash": found.head.hash}
    return {"holds": found.holds, "entries": found.entries, "head": head, "faults": faults}


def _tell(found: Audit) -> None:
    for fault in found.faults:
        typer.echo(f"line {fault.place}: {fault.what}")
    state = "The log is whole." if found.holds else "The log is NOT whole."
    typer.echo(f"{state} {found.entries:,} entries, head {found.head.seq}:{found.head.hash}")


def _of_file(file: Path, known: Head | None) -> Audit:
    if not file.is_file():
        raise InvalidInput(f"There is no file {file}.")
    with file.open("rb") as lines:
        return audit.verify(lines, known=known)


def _of_workspace(workspace: str, known: Head | None) -> Audit:
    with open_from_environment() as cockpit:
        workspace_id = resolve_workspace(cockpit, workspace)
        with cockpit.db.read(workspace_id) as conn:
            return audit.verify_stored(conn, workspace_id, known=known)


def _writer(output: Path) -> nullcontext[BinaryIO] | BinaryIO:
    return nullcontext(sys.stdout.buffer) if str(output) == "-" else output.open("xb")
