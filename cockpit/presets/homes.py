"""Where each kind of artifact lives: read as JSON bodies by key, and written by the preset.

Four kinds have tables that other parts of the program read; the rest lives in the table of artifacts itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from cockpit.model.ids import WorkspaceId
from cockpit.presets.preset import MAPPING, RULE, SIGNAL, WORKFLOW, Body
from cockpit.storage.action_mappings import ActionMapping, list_action_mappings, upsert_action_mappings
from cockpit.storage.database import Connection
from cockpit.storage.models import list_signal_types, upsert_signal_types
from cockpit.storage.rules import Rule, insert_missing_rules, list_rules
from cockpit.storage.workflows import StoredWorkflow, insert_missing_workflows, list_workflows

Bodies = Mapping[str, Body]


class Home(Protocol):
    """A table of its own for a kind of artifact."""

    @property
    def replaceable(self) -> bool:
        """Whether another preset may replace what nobody touched; what acts on people is only ever added."""

    def read(self, conn: Connection, workspace_id: WorkspaceId) -> dict[str, dict[str, Any]]:
        """What the workspace has."""

    def write(self, conn: Connection, workspace_id: WorkspaceId, bodies: Bodies, now: datetime) -> None:
        """Store these."""


@dataclass(frozen=True, slots=True)
class SignalTypes:
    """What differs from the built-in catalogue."""

    replaceable: bool = True

    def read(self, conn: Connection, workspace_id: WorkspaceId) -> dict[str, dict[str, Any]]:
        """By type."""
        return {name: dict(spec) for name, spec in list_signal_types(conn, workspace_id).items()}

    def write(self, conn: Connection, workspace_id: WorkspaceId, bodies: Bodies, now: datetime) -> None:
        """Change or add types."""
        del now
        upsert_signal_types(conn, workspace_id, bodies)


@dataclass(frozen=True, slots=True)
class Mappings:
    """What the Hub is asked to do for an action."""

    replaceable: bool = True

    def read(self, conn: Connection, workspace_id: WorkspaceId) -> dict[str, dict[str, Any]]:
        """By action."""
        found = (asdict(one) for one in list_action_mappings(conn, workspace_id))
        return {one.pop("action_type"): one for one in found}

    def write(self, conn: Connection, workspace_id: WorkspaceId, bodies: Bodies, now: datetime) -> None:
        """Store them."""
        upsert_action_mappings(
            conn, workspace_id, [ActionMapping(key, **body) for key, body in bodies.items()], now=now
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """Automation rules; they come as drafts."""

    replaceable: bool = False

    def read(self, conn: Connection, workspace_id: WorkspaceId) -> dict[str, dict[str, Any]]:
        """By key."""
        found = (asdict(one) for one in list_rules(conn, workspace_id))
        return {one.pop("rule_key"): one for one in found}

    def write(self, conn: Connection, workspace_id: WorkspaceId, bodies: Bodies, now: datetime) -> None:
        """Add those that are missing."""
        insert_missing_rules(conn, workspace_id, [Rule(key, **body) for key, body in bodies.items()], now=now)


@dataclass(frozen=True, slots=True)
class Workflows:
    """Workflows; they come as drafts."""

    replaceable: bool = False

    def read(self, conn: Connection, workspace_id: WorkspaceId) -> dict[str, dict[str, Any]]:
        """By key."""
        found = (asdict(one) for one in list_workflows(conn, workspace_id))
        return {one.pop("workflow_key"): one for one in found}

    def write(self, conn: Connection, workspace_id: WorkspaceId, bodies: Bodies, now: datetime) -> None:
        """Add those that are missing."""
        flows = [StoredWorkflow(key, **body) for key, body in bodies.items()]
        insert_missing_workflows(conn, workspace_id, flows, now=now)


HOMES: Final[Mapping[str, Home]] = {
    SIGNAL: SignalTypes(),
    MAPPING: Mappings(),
    RULE: Rules(),
    WORKFLOW: Workflows(),
}
