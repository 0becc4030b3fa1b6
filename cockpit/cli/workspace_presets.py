"""`cockpit workspace presets|apply-industry-preset|reapply-industry-preset`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import typer

from cockpit.bootstrap import Cockpit
from cockpit.cli.imported import show_step
from cockpit.cli.output import open_from_environment, print_json, resolve_workspace
from cockpit.cli.progress import progress_bar
from cockpit.ingestion.load import catch_up
from cockpit.model.ids import WorkspaceId
from cockpit.presets import applier
from cockpit.presets.applier import Applied
from cockpit.presets.difference import SAME, WORDS
from cockpit.presets.loader import list_presets
from cockpit.presets.preset import KINDS
from cockpit.storage.workspaces import get_workspace, list_workspaces

AS_JSON = typer.Option(False, "--json", help="Print JSON.")
DRY_RUN = typer.Option(False, "--dry-run", help="Only show what would be done.")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a preset in one workspace."""

    workspace: str
    applied: Applied
    dry_run: bool

    @property
    def document(self) -> dict[str, Any]:
        """As JSON."""
        changes = self.applied.changes
        return {
            "workspace": self.workspace,
            "industry_preset": self.applied.preset,
            "industry_profile": self.applied.profile,
            "dry_run": self.dry_run,
            "written": sum(one.writes for one in changes),
            "model_version": self.applied.model_version,
            "counts": {what: self.applied.count(what) for what in WORDS},
            "changes": [
                {"kind": one.artifact.kind, "key": one.artifact.key, "what": one.what}
                for one in changes
                if one.what != SAME
            ],
        }


def register_in(commands: typer.Typer) -> None:
    """Add the commands."""
    commands.command("presets")(presets)
    commands.command("apply-industry-preset")(apply)
    commands.command("reapply-industry-preset")(reapply)


def presets(as_json: bool = AS_JSON) -> None:
    """List the industry presets and their profiles."""
    known = list_presets()
    if as_json:
        about = [
            {"industry_preset": one.key, "about": one.about, "profiles": [each.key for each in one.profiles]}
            for one in known
        ]
        print_json({"presets": about})
        return
    for one in known:
        typer.echo(f"{one.key:<20} {one.about}\n{'':<20} {', '.join(each.key for each in one.profiles)}")


def apply(
    preset: str = typer.Argument(..., help="One of `cockpit workspace presets`."),
    *,
    workspace: str = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain."),
    profile: str = typer.Option(None, help="For whom; the first profile of the preset unless one is named."),
    dry_run: bool = DRY_RUN,
    as_json: bool = AS_JSON,
) -> None:
    """Bring an industry preset into a workspace: adds what is missing, replaces what nobody touched."""
    with open_from_environment() as cockpit:
        applier.check_profile(preset, profile)
        workspace_id = resolve_workspace(cockpit, workspace)
        done = Done(workspace, _applied(cockpit, workspace_id, preset, profile, dry_run=dry_run), dry_run)
    _tell([done], as_json=as_json)


def reapply(
    *,
    workspace: str = typer.Option(None, "--workspace", "-w", help="By subdomain; else every one that has a preset."),
    dry_run: bool = DRY_RUN,
    as_json: bool = AS_JSON,
) -> None:
    """Add what the presets of workspaces bring today and they lack; replaces nothing."""
    with open_from_environment() as cockpit:
        # all workspaces: which of them have a preset
        with cockpit.db.read() as conn:
            known = [get_workspace(conn, workspace)] if workspace else list_workspaces(conn)
        meant = [one for one in known if workspace or one.settings.get("industry_preset")]
        done = [Done(one.subdomain, _reapplied(cockpit, one.workspace_id, dry_run=dry_run), dry_run) for one in meant]
    _tell(done, as_json=as_json)


def _applied(
    cockpit: Cockpit, workspace_id: WorkspaceId, preset: str, profile: str | None, *, dry_run: bool
) -> Applied:
    if dry_run:
        with cockpit.db.read(workspace_id) as conn:
            return applier.diff(conn, workspace_id, preset, profile)
    with cockpit.db.write(workspace_id) as conn:
        done = applier.apply(conn, workspace_id, preset, profile, datetime.now(UTC))
    _catch_up(cockpit, workspace_id)
    return done


def _reapplied(cockpit: Cockpit, workspace_id: WorkspaceId, *, dry_run: bool) -> Applied:
    if dry_run:
        with cockpit.db.read(workspace_id) as conn:
            return applier.diff(conn, workspace_id, *applier.preset_of(conn, workspace_id), update=False)
    with cockpit.db.write(workspace_id) as conn:
        done = applier.reapply(conn, workspace_id, datetime.now(UTC))
    _catch_up(cockpit, workspace_id)
    return done


def _catch_up(cockpit: Cockpit, workspace_id: WorkspaceId) -> None:
    """Compute the scores that became others."""
    with progress_bar() as advance:
        catch_up(cockpit, workspace_id, datetime.now(UTC), show_step(advance))


def _tell(done: Sequence[Done], *, as_json: bool) -> None:
    if as_json:
        print_json({"workspaces": [one.document for one in done]})
        return
    for one in done:
        _show(one)
    if not done:
        typer.echo("No workspace has a preset: `cockpit workspace apply-industry-preset` gives it one.")


def _show(done: Done) -> None:
    applied = done.applied
    for change in applied.changes:
        if change.what != SAME:
            typer.echo(f"{KINDS[change.artifact.kind]}: {change.artifact.key}: {WORDS[change.what]}")
    written = sum(one.writes for one in applied.changes)
    would = "would be written" if done.dry_run else "written"
    typer.echo(
        f"{done.workspace}: {applied.preset}, {applied.profile}: {written} of {len(applied.changes)} {would}, "
        f"{applied.count(SAME)} there already."
    )
    if applied.model_version is not None:
        typer.echo(f"Score model {applied.model_version} is published.")
