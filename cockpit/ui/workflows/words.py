"""How workflows and their runs are said on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cockpit.automation.workflows.report import NOT_TAKEN, NOT_YET, Report, Taken
from cockpit.storage import workflow_runs as runs
from cockpit.ui.execution_words import standing_of
from cockpit.ui.frame import Visit
from cockpit.ui.words import instant_words

FLOWS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "DRAFT": ("DRAFT", "gray", "It was never active: nobody can start it"),
        "ACTIVE": ("ACTIVE", "green", "It can be started, and starts by itself where it says so"),
        "DEACTIVATED": ("OFF", "gray", "It can be started no more; guards stop what it has begun"),
    }
)
RUNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        runs.RUNNING: "At work",
        runs.WAITING: "Waits",
        runs.ASKING: "Waits for a form",
        runs.DONE: "Done",
        runs.ENDED: "Ended",
        runs.BLOCKED: "Blocked",
        runs.CANCELLED: "Taken back",
        runs.FAILED: "Failed",
        NOT_YET: "Not yet",
        NOT_TAKEN: "Not taken",
    }
)


def state_of(visit: Visit, report: Report) -> str:
    """Where a run stands, in one line."""
    run = report.run
    word = RUNS.get(run.state, run.state)
    if run.state == runs.WAITING and run.due_at is not None:
        return f"{word} until {instant_words(run.due_at, visit.workspace.time_zone)}"
    return f"{word}: {run.error}" if run.error else word


def step_state(visit: Visit, step: Taken) -> str:
    """What became of a step; of one that reserved an outreach, how that stands now."""
    word = RUNS.get(step.state, step.state)
    if step.attempt is not None:
        return standing_of(step.attempt, visit.now, visit.workspace.time_zone).line
    if step.row is not None and step.row.error:
        return f"{word}: {step.row.error}"
    return word


def counted(count: int, one: str, many: str) -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many}"
