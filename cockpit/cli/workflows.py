"""`cockpit workflows list|show|activate|deactivate|draft|start|runs|recall`: workflows of a workspace."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from cockpit.automation.workflows import answer, start, versions
from cockpit.automation.workflows.reading import read_workflow, written
from cockpit.automation.workflows.report import Flow, Report, documents, get_flow, list_flows, list_reports
from cockpit.automation.workflows.spec import MANY
from cockpit.automation.workflows.steps.registry import STEPS
from cockpit.bootstrap import Cockpit
from cockpit.cli.output import iso, open_workspace, print_json, read_json
from cockpit.model.ids import PersonId
from cockpit.model.viewer import Viewer
from cockpit.storage.people import get_person

commands = typer.Typer(help="Workflows: what they do, on and off, their runs.", no_args_is_help=True)
WORKSPACE = typer.Option("demo", "--workspace", "-w", help="The workspace, by subdomain.")
KEY = typer.Argument(help="The workflow, by key.")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="workflows")


@commands.command("list")
def list_all(*, workspace: str = WORKSPACE, as_json: bool = AS_JSON) -> None:
    """The workflows and whether they are active."""
    with open_workspace(workspace) as (cockpit, viewer), cockpit.db.read(viewer.workspace_id) as conn:
        found = list_flows(conn, viewer)
    if as_json:
        print_json([_document(flow) for flow in found])
        return
    for flow in found:
        typer.echo(f"{flow.head.workflow_key:30} {flow.head.status:12} {flow.head.title}")
    if not found:
        typer.echo("No workflows: apply an industry preset.")


@commands.command("show")
def show(key: str = KEY, *, workspace: str = WORKSPACE, as_json: bool = AS_JSON) -> None:
    """What a workflow does, step by step, and its versions."""
    with open_workspace(workspace) as (cockpit, viewer), cockpit.db.read(viewer.workspace_id) as conn:
        flow = get_flow(conn, viewer, key)
    if as_json:
        print_json(_document(flow))
        return
    typer.echo(f"{flow.head.title} ({key}): {flow.head.status}")
    if flow.spec is None:
        typer.echo(f"It cannot be carried out: {flow.fault}")
    else:
        typer.echo(flow.spec.trigger.title)
        for number, step in enumerate(flow.spec.steps, start=1):
            typer.echo(f"  {number}. {step.key}: {STEPS[step.type].told(step)}")
    for one in flow.versions:
        typer.echo(f"version {one.version}: {one.status}, {iso(one.created_at)}")


@commands.command("activate")
def activate(key: str = KEY, *, workspace: str = WORKSPACE) -> None:
    """Let the draft of a workflow be what it does, or let it go on as it was."""
    with open_workspace(workspace) as (cockpit, viewer):
        number = versions.activate(cockpit.db, viewer, key, datetime.now(UTC))
    typer.echo(f"{key}: version {number} is active.")


@commands.command("deactivate")
def deactivate(key: str = KEY, *, workspace: str = WORKSPACE) -> None:
    """Let a workflow be started no more."""
    with open_workspace(workspace) as (cockpit, viewer):
        was = versions.deactivate(cockpit.db, viewer, key, datetime.now(UTC))
    typer.echo(f"{key} is not active any more." if was else f"{key} was not active.")


@commands.command("draft")
def draft(
    key: str = KEY,
    file: Path = typer.Argument(help="What it shall do: JSON, as `show --json` has it in `spec`."),
    *,
    workspace: str = WORKSPACE,
    title: str | None = typer.Option(None, "--title", help="Its title; a new workflow needs one."),
) -> None:
    """Keep an edited or a new workflow as a draft."""
    with open_workspace(workspace) as (cockpit, viewer):
        spec = read_workflow(read_json(file))
        number = versions.save_draft(cockpit.db, viewer, key, spec, datetime.now(UTC), title=title)
    typer.echo(f"{key}: version {number} is a draft.")


@commands.command("start")
def start_for(
    key: str = KEY,
    people: list[str] = typer.Argument(help="For whom: ids or external ids."),
    *,
    workspace: str = WORKSPACE,
    preview: bool = typer.Option(False, "--preview", help="Only say who would take part; for workflows for many."),
) -> None:
    """Start a workflow for one person, or for many; a worker takes the steps that do not follow at once."""
    now = datetime.now(UTC)
    with open_workspace(workspace) as (cockpit, viewer):
        with cockpit.db.read(viewer.workspace_id) as conn:
            flow = get_flow(conn, viewer, key)
            ids = [get_person(conn, viewer.workspace_id, one, scope=viewer.scope).person_id for one in people]
        if preview or (flow.spec is not None and flow.spec.trigger.selection == MANY):
            begin = start.foresee if preview else start.start_many
            typer.echo(begin(cockpit.db, viewer, key, ids, now).sentence)
            return
        _start_each(cockpit, viewer, key, ids, now)


@commands.command("runs")
def runs(
    key: str = KEY,
    *,
    workspace: str = WORKSPACE,
    limit: int = typer.Option(20, min=1, max=1_000, help="How many."),
    as_json: bool = AS_JSON,
) -> None:
    """The newest runs of a workflow, with what became of their steps."""
    with open_workspace(workspace) as (cockpit, viewer), cockpit.db.read(viewer.workspace_id) as conn:
        get_flow(conn, viewer, key)
        found = list_reports(conn, viewer, key, limit)
    if as_json:
        print_json(documents(found))
        return
    for one in found:
        _tell(one)
    if not found:
        typer.echo("It has not run yet.")


@commands.command("recall")
def recall(key: str = KEY, *, workspace: str = WORKSPACE) -> None:
    """Take back everything of a workflow that has not left: its runs, and what they have reserved."""
    with open_workspace(workspace) as (cockpit, viewer):
        gone = answer.recall(cockpit.db, viewer, key, datetime.now(UTC))
    typer.echo(f"{gone.runs:,} runs ended, {gone.outreaches:,} outreaches taken back.")


def _start_each(cockpit: Cockpit, viewer: Viewer, key: str, ids: list[PersonId], now: datetime) -> None:
    for one in ids:
        run = start.start_one(cockpit.db, viewer, key, one, now)
        typer.echo(f"{run.run_id}: {run.state}{f', {run.error}' if run.error else ''}")


def _tell(report: Report) -> None:
    run = report.run
    whom = f"person {run.person_id}" if run.person_id else report.sentence
    typer.echo(f"{run.run_id} {run.state:10} {iso(run.started_at)} {whom}{f': {run.error}' if run.error else ''}")
    for step in report.steps:
        execution = f", execution {step.attempt.state}" if step.attempt else ""
        typer.echo(f"    {step.told}: {step.state}{execution}")


def _document(flow: Flow) -> dict[str, Any]:
    said = {"spec": written(flow.spec) if flow.spec else None, "fault": flow.fault}
    return {**asdict(flow.head), **said, "versions": [asdict(one) for one in flow.versions]}
