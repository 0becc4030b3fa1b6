"""What a kind of step is: it is checked when a workflow is read, and taken in one transaction of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from cockpit.automation.guard_log import Chain
from cockpit.automation.workflows.spec import Step, WorkflowSpec
from cockpit.storage.database import Connection
from cockpit.storage.workflow_runs import Run
from cockpit.storage.workflow_steps import StepRun


@dataclass(frozen=True, slots=True)
class Turn:
    """A run in a transaction that holds the chain of the workspace and the run."""

    conn: Connection
    chain: Chain
    run: Run
    now: datetime


@dataclass(frozen=True, slots=True)
class Here(Turn):
    """Where a step is taken."""

    spec: WorkflowSpec
    step: Step
    begun: StepRun | None = None  # given: it was begun before, and goes on


@dataclass(frozen=True, slots=True)
class Done:
    """On to the next step, or to a later one."""

    result: Mapping[str, Any] | None = None
    attempt_id: UUID | None = None
    to: int | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """Until an instant."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Asks:
    """For somebody who fills in a form."""


@dataclass(frozen=True, slots=True)
class Again:
    """There is more of it to do, in a transaction of its own."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The run goes no further."""

    state: str  # of the run
    why: str
    attempt_id: UUID | None = None


Outcome = Done | Waits | Asks | Again | Ends


class StepType(Protocol):
    """A kind of step."""

    @property
    def name(self) -> str:
        """As definitions say it."""

    @property
    def title(self) -> str:
        """For people."""

    @property
    def fields(self) -> tuple[str, ...]:
        """What a step of it may say."""

    @property
    def selections(self) -> tuple[str, ...]:
        """Runs for one person, for many, or both."""

    def check(self, step: Step, spec: WorkflowSpec) -> None:
        """Refuse what cannot be carried out.

        Raises:
            InvalidInput: a sentence for whoever wrote it.
        """

    def told(self, step: Step) -> str:
        """What it does, in one line."""

    def take(self, here: Here) -> Outcome:
        """Do it, or a part of it; what is done and that it is done are stored together."""
