"""`cockpit doctor`: what works, what does not, and the command that mends it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from cockpit.api.sign_in_ways import ways_of
from cockpit.cli.output import print_json, read_settings
from cockpit.errors import CockpitError, DatabaseLocked, Misconfigured
from cockpit.settings import Settings
from cockpit.storage.database import Database, open_database
from cockpit.storage.health import Waiting, count_orphans, count_waiting
from cockpit.storage.migrations import HEAD, KNOWN
from cockpit.storage.upgrade import find_version

LITTLE_ROOM = 2**30
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    finding: str
    fix: str | None = None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False) -> None:
    """Check settings, database, schema, disk and waiting work; changes nothing."""
    checks = [check if not check.ok else replace(check, fix=None) for check in examine(datetime.now(UTC))]
    healthy = all(check.ok for check in checks)
    if as_json:
        print_json({"healthy": healthy, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            typer.echo(f"{'✓' if check.ok else '✕'} {check.name}: {check.finding}")
            if check.fix:
                typer.echo(f"    {check.fix}")
    raise typer.Exit(0 if healthy else 1)


def examine(now: datetime) -> Iterator[Check]:
    """All checks; those that need what failed are left out."""
    try:
        settings = read_settings()
    except Misconfigured as error:
        yield Check("settings", ok=False, finding=error.message, fix="correct the variable named above")
        return
    yield check_sign_in(settings)
    yield check_zones()
    try:
        database = open_database(settings.database_url, create=False)
    except CockpitError as error:
        yield Check("database", ok=False, finding=error.message, fix=fix_for(error))
        return
    with closing(database):
        yield Check("database", ok=True, finding=f"{database.address} answers")
        if database.file is not None:
            yield check_disk(database.file)
        if database.watched is not None:
            yield check_role(database)
        yield from check_contents(database, now)


def check_contents(database: Database, now: datetime) -> Iterator[Check]:
    """The schema, and what the tables hold."""
    # all workspaces: the doctor looks at the whole database
    with database.read() as conn:
        version = find_version(conn)
        yield check_version(version)
        if version == HEAD:
            yield check_orphans(count_orphans(conn))
            yield check_waiting(count_waiting(conn, now))


def check_sign_in(settings: Settings) -> Check:
    """Whether the server may listen where it is told to, and who may sign in."""
    try:
        ways = ways_of(settings)
    except Misconfigured as error:
        return Check("sign-in", ok=False, finding=error.message, fix="correct the variable named above")
    safe = settings.host in LOOPBACK or bool(settings.secret_key)
    others = [name for name, way in (("an OpenID provider", ways.provider), ("Clerk", ways.clerk)) if way]
    finding = f"listens on {settings.host}:{settings.port}" + ("" if safe else " without a secret key")
    finding += f"; sign-in by {' and '.join(others)}" if others else ""
    return Check("sign-in", safe, finding, "export COCKPIT_SECRET_KEY=$(openssl rand -hex 32)")


def check_zones() -> Check:
    """Whether local times can be told."""
    try:
        ZoneInfo("America/Argentina/Buenos_Aires")
    except ZoneInfoNotFoundError:
        return Check("time zones", ok=False, finding="there are no zone rules", fix="pip install tzdata")
    return Check("time zones", ok=True, finding="zone rules are there")


def check_disk(file: Path) -> Check:
    """Whether the disk of the database file has room."""
    free = shutil.disk_usage(file.parent).free
    finding = f"{free / 2**30:.1f} GB free in {file.parent}"
    return Check("disk", free >= LITTLE_ROOM, finding, "free some space, or move the file and set COCKPIT_DATABASE_URL")


def check_role(database: Database) -> Check:
    """Whether PostgreSQL watches over the workspaces; it does not where the program connects as a superuser."""
    role = database.url.username or "of the connection"
    if not database.watched:
        finding = f"the role {role} is a superuser or has BYPASSRLS: no policy is asked of it"
        return Check("row security", ok=False, finding=finding, fix="connect as an ordinary role: docs/postgresql.md")
    return Check("row security", ok=True, finding=f"PostgreSQL watches over the role {role}")


def check_version(version: str | None) -> Check:
    """Whether program and database fit."""
    if version is None:
        return Check("schema", ok=False, finding="the database is empty", fix="cockpit upgrade")
    if version not in KNOWN:
        finding = f"the database has schema {version}, this program knows up to {HEAD}"
        return Check("schema", ok=False, finding=finding, fix="upgrade the program")
    return Check("schema", version == HEAD, f"schema {version}, the newest is {HEAD}", "cockpit upgrade")


def check_orphans(orphans: dict[str, int]) -> Check:
    """Whether every row has its parent."""
    lost = ", ".join(f"{rows} in {table}" for table, rows in orphans.items())
    finding = f"rows without a parent: {lost}" if lost else "every row has its parent"
    return Check("rows", not lost, finding, "restore the last backup; please report this")


def check_waiting(waiting: Waiting) -> Check:
    """Whether work is left over; scores that are due are recomputed by the server while it runs."""
    parts = (
        (waiting.people_to_restate, "people to restate"),
        (waiting.imports_unfinished, "unfinished imports"),
    )
    left = ", ".join(f"{count} {what}" for count, what in parts if count)
    aside = f"{waiting.scores_overdue} scores due, {waiting.signals_unmatched} signals unmatched"
    return Check("work", not left, f"{left or 'nothing left over'}; {aside}", "repeat `cockpit signals import FILE`")


def fix_for(error: CockpitError) -> str:
    """What to do about a database that does not open."""
    if isinstance(error, DatabaseLocked):
        return "stop that process, or set COCKPIT_DATABASE_URL to a PostgreSQL database"
    if isinstance(error, Misconfigured):
        return "export COCKPIT_DATABASE_URL=duckdb:///path/to/cockpit.duckdb"
    if error.message.startswith("There is no database file"):
        return "cockpit upgrade"
    return "check COCKPIT_DATABASE_URL, and that the server or file is there"


@contextmanager
def closing(database: Database) -> Iterator[None]:
    """Give the database free afterwards."""
    try:
        yield
    finally:
        database.close()
