"""`cockpit rules list|show|enable|disable|draft|publish|discard|rehearse`: automation rules of a workspace."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from cockpit.automation import rule_changes
from cockpit.automation.rehearsal import DAYS, Rehearsal, difference, document, rehearse, told_difference
from cockpit.automation.rule_spec import read_spec, state_of
from cockpit.cli.output import iso, open_workspace, print_json, read_json
from cockpit.cli.progress import progress_bar
from cockpit.storage.rule_versions import get_stored_rule, list_rule_versions, list_stored_rules

commands = typer.Typer(help="Automation rules: on and off, and what they would do.", no_args_is_help=True)
WORKSPACE = typer.Option("demo", "--workspace", "-w", help="The workspace, by subdomain.")
KEY = typer.Argument(help="The rule, by key.")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="rules")


@commands.command("list")
def list_all(*, workspace: str = WORKSPACE, as_json: bool = AS_JSON) -> None:
    """The rules and whether they are on."""
    with open_workspace(workspace) as (cockpit, viewer), cockpit.db.read(viewer.workspace_id) as conn:
        found = list_stored_rules(conn, viewer.workspace_id)
    if as_json:
        print_json([asdict(rule) for rule in found])
        return
    for rule in found:
        typer.echo(f"{rule.rule_key:32} {state_of(rule):10} {rule.title}")
    if not found:
        typer.echo("No preset rules: apply an industry preset.")


@commands.command("show")
def show(key: str = KEY, *, workspace: str = WORKSPACE, as_json: bool = AS_JSON) -> None:
    """What a rule says, and its versions."""
    with open_workspace(workspace) as (cockpit, viewer), cockpit.db.read(viewer.workspace_id) as conn:
        rule = get_stored_rule(conn, viewer.workspace_id, key)
        versions = list_rule_versions(conn, viewer.workspace_id, key)
    if as_json:
        print_json({**asdict(rule), "state": state_of(rule), "versions": [asdict(one) for one in versions]})
        return
    typer.echo(f"{rule.title} ({rule.rule_key}): {state_of(rule)}")
    typer.echo(json.dumps(rule_changes.written_of(rule), indent=2, ensure_ascii=False))
    for one in versions:
        typer.echo(f"version {one.version}: {one.status}, {iso(one.created_at)}")


@commands.command("enable")
def enable(
    key: str = KEY,
    *,
    workspace: str = WORKSPACE,
    auto: bool = typer.Option(False, "--auto", help="Let it act by itself; it has to be rehearsed before."),
) -> None:
    """Switch a rule on: it suggests, and with --auto acts on what happens from now on."""
    with open_workspace(workspace) as (cockpit, viewer):
        rule = rule_changes.switch(
            cockpit.db, viewer, key, datetime.now(UTC), enabled=True, auto_execute=True if auto else None
        )
    typer.echo(f"{rule.rule_key}: {state_of(rule)}")


@commands.command("disable")
def disable(
    key: str = KEY,
    *,
    workspace: str = WORKSPACE,
    auto: bool = typer.Option(False, "--auto", help="Only end that it acts by itself."),
) -> None:
    """Switch a rule off."""
    with open_workspace(workspace) as (cockpit, viewer):
        off: dict[str, Any] = {"auto_execute": False} if auto else {"enabled": False}
        rule = rule_changes.switch(cockpit.db, viewer, key, datetime.now(UTC), **off)
    typer.echo(f"{rule.rule_key}: {state_of(rule)}")


@commands.command("draft")
def draft(
    key: str = KEY,
    file: Path = typer.Argument(help="What the rule shall say: JSON, as `show --json` of a version has in `spec`."),
    *,
    workspace: str = WORKSPACE,
) -> None:
    """Keep an edited rule as a draft."""
    with open_workspace(workspace) as (cockpit, viewer):
        number = rule_changes.save_draft(cockpit.db, viewer, key, read_spec(read_json(file)), datetime.now(UTC))
    typer.echo(f"{key}: version {number} is a draft.")


@commands.command("publish")
def publish(key: str = KEY, *, workspace: str = WORKSPACE) -> None:
    """Let the draft of a rule be what it says."""
    with open_workspace(workspace) as (cockpit, viewer):
        number = rule_changes.publish(cockpit.db, viewer, key, datetime.now(UTC))
    typer.echo(f"{key}: version {number} is active.")


@commands.command("discard")
def discard(key: str = KEY, *, workspace: str = WORKSPACE) -> None:
    """Give the draft of a rule up."""
    with open_workspace(workspace) as (cockpit, viewer):
        gone = rule_changes.discard(cockpit.db, viewer, key, datetime.now(UTC))
    typer.echo("The draft is given up." if gone else "There was no draft.")


@commands.command("rehearse")
def rehearsed(
    key: str = KEY,
    *,
    workspace: str = WORKSPACE,
    days: int = typer.Option(DAYS, min=1, help="How far to look back."),
    draft: bool = typer.Option(False, "--draft", help="The draft, and what it changes."),
    as_json: bool = AS_JSON,
) -> None:
    """Say what a rule would have done in the last days; it cannot send. Its fuse takes its rate from this."""
    now = datetime.now(UTC)
    with open_workspace(workspace) as (cockpit, viewer), progress_bar() as advance:

        def play(spec: Any = None) -> Rehearsal:
            what = "draft" if spec else "rule"
            return rehearse(
                cockpit.db,
                viewer.workspace_id,
                key,
                now,
                spec=spec,
                days=days,
                told=lambda done, total: advance(what, done, total, ""),
            )

        before, after = play(), None
        if draft:
            with cockpit.db.read(viewer.workspace_id) as conn:
                spec = rule_changes.draft_of(conn, viewer, key)
            after = play(spec)
        found = after or before
        rule_changes.record_rate(cockpit.db, viewer, key, found.rate, now, draft=draft)
    if as_json:
        print_json(document(found) | ({"difference": told_difference(difference(before, found))} if after else {}))
        return
    _tell(found)
    if after:
        _tell_difference(before, after)


def _tell(found: Rehearsal) -> None:
    counts = found.counts
    typer.echo(f"{found.rule_key}, {iso(found.since)} to {iso(found.until)}: {found.signals:,} signals")
    typer.echo(f"would have contacted {len(found.people):,} people, {counts.get('sent', 0):,} times")
    for what in ("held out", "joined", "cancelled", "waiting", "blocked"):
        if what in counts:
            typer.echo(f"  {what}: {counts[what]:,}")
    for guard, count in found.blocked_by.items():
        typer.echo(f"    {guard}: {count:,}")
    hour = found.busiest_hour
    if hour is not None:
        typer.echo(f"busiest hour: {iso(hour.begins)}, {hour.count:,}; most in 24 hours: {found.rate:g} people")


def _tell_difference(before: Rehearsal, after: Rehearsal) -> None:
    found = difference(before, after)
    typer.echo(f"against the rule as it is: {len(found.newly):,} people more, {len(found.no_more):,} no more")
    typer.echo(f"outreaches: {found.sent:+,}; most in 24 hours: {found.rate:+g}")
    for guard, count in found.blocked_by.items():
        typer.echo(f"  {guard}: {count:+,}")
