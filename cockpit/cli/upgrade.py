"""`cockpit upgrade`: bring the database to the schema of this program."""

from __future__ import annotations

from typing import Annotated

import typer

from cockpit.cli.output import print_json, read_settings
from cockpit.storage.database import open_database
from cockpit.storage.upgrade import find_version, upgrade_database


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("upgrade")(upgrade)


def upgrade(as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False) -> None:
    """Create or migrate the database of COCKPIT_DATABASE_URL; safe to run again."""
    database = open_database(read_settings().database_url)
    try:
        # all workspaces: the schema is nobody's
        with database.read() as conn:
            before = find_version(conn)
        after = upgrade_database(database)
        address = database.address
    finally:
        database.close()
    if as_json:
        print_json({"database": address, "before": before, "after": after})
    elif before == after:
        typer.echo(f"{address} is up to date (schema {after}).")
    else:
        typer.echo(f"{address} went from {f'schema {before}' if before else 'empty'} to schema {after}.")
