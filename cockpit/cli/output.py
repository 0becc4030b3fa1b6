"""What every command shares: opening the cockpit, naming a workspace, reading an instant or a file, printing JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import typer
from pydantic import ValidationError

from cockpit.bootstrap import Cockpit, open_cockpit
from cockpit.errors import InvalidInput, Misconfigured
from cockpit.model import instants
from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import Viewer, whole_workspace
from cockpit.settings import Settings, variable_of
from cockpit.storage import workspaces


def read_settings() -> Settings:
    """The settings of this process; a wrong value is named with its variable."""
    try:
        return Settings()
    except ValidationError as error:
        faults = [f"{variable_of('_'.join(map(str, fault['loc'])))}: {fault['msg']}" for fault in error.errors()]
        raise Misconfigured("The settings cannot be used: " + "; ".join(faults) + ".") from error


@contextmanager
def open_from_environment() -> Iterator[Cockpit]:
    """The cockpit of this environment, closed afterwards."""
    cockpit = open_cockpit(read_settings())
    try:
        yield cockpit
    finally:
        cockpit.db.close()


def resolve_workspace(cockpit: Cockpit, subdomain: str) -> WorkspaceId:
    """The id of the workspace with this subdomain.

    Raises:
        NotFound: there is no such workspace.
    """
    # all workspaces: this is how a workspace is found
    with cockpit.db.read() as conn:
        return workspaces.get_workspace(conn, subdomain).workspace_id


@contextmanager
def open_workspace(subdomain: str) -> Iterator[tuple[Cockpit, Viewer]]:
    """The cockpit, and whoever has its machine as a viewer of the whole workspace."""
    with open_from_environment() as cockpit:
        yield cockpit, whole_workspace(resolve_workspace(cockpit, subdomain))


def read_json(file: Path) -> Any:
    """What a file says.

    Raises:
        InvalidInput: it cannot be read, or is no JSON.
    """
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{file} cannot be read as JSON.") from error


def parse_instant(text: str | None) -> datetime:
    """The instant that was asked for, in UTC; without one, now."""
    if text is None:
        return datetime.now(UTC)
    return instants.parse_instant(text)


def print_json(value: Any) -> None:
    """Write one JSON document to stdout."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain, allow_nan=False))


def iso(instant: datetime) -> str:
    """An instant in the spelling of the interfaces: 2026-03-02T09:00:00Z."""
    return instants.spelled(instant)


def _plain(value: Any) -> Any:
    """What JSON cannot hold, in plain values."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID | date):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
