"""A call of every query function of workflows, their versions and runs, as tests.storage.calls has the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection

from cockpit.model.ids import WorkspaceId
from cockpit.storage import outbox, workflow_runs, workflow_steps, workflow_versions
from tests.storage.rows import ANA, BEN, BULK_RUN, NOW, RUN, frame_of, run_of

LATER = NOW + timedelta(days=1)
Call = Callable[[Connection, WorkspaceId], Any]


def run_frame(mark: str) -> pl.DataFrame:
    """Two runs as a frame: one that is there, and a new one."""
    new = {"run_id": str(UUID(int=35)), "person_id": str(ANA), "workflow_key": "welcome", "version": 1, "depth": 0}
    new |= {"trigger": mark, "state": mark, "context": "{}", "started_at": NOW}
    return frame_of(new, new | {"run_id": str(RUN)})


WORKFLOW_CALLS: dict[Any, Call] = {
    workflow_runs.insert_run: lambda c, w: workflow_runs.insert_run(c, w, run_of("own", UUID(int=33), ANA)),
    workflow_runs.insert_missing_runs: lambda c, w: workflow_runs.insert_missing_runs(c, w, run_frame("own")),
    workflow_runs.get_workflow_run: lambda c, w: workflow_runs.get_workflow_run(c, w, RUN),
    workflow_runs.find_run_locked: lambda c, w: workflow_runs.find_run_locked(c, w, RUN),
    workflow_runs.list_workflow_runs: workflow_runs.list_workflow_runs,
    workflow_runs.count_runs: lambda c, w: ["own", workflow_runs.count_runs(c, w, "welcome")],
    workflow_runs.list_running: lambda c, w: workflow_runs.list_running(c, w, "welcome", [ANA, BEN]),
    workflow_runs.count_starts: lambda c, w: workflow_runs.count_starts(
        c, w, run_of("own", UUID(int=34), ANA), since=NOW - timedelta(days=1)
    ),
    workflow_runs.replace_run: lambda c, w: workflow_runs.replace_run(c, w, RUN, ["RUNNING"], {"error": "own"}),
    workflow_runs.replace_unfinished: lambda c, w: workflow_runs.replace_unfinished(
        c, w, "welcome", {"state": "CANCELLED"}
    ),
    workflow_runs.replace_run_leases: lambda c, w: workflow_runs.replace_run_leases(
        c, w, outbox.Lease("own", LATER), now=NOW, limit=5
    ),
    workflow_steps.insert_step: lambda c, w: workflow_steps.insert_step(
        c, w, RUN, workflow_steps.StepRun(1, "own", "own", NOW)
    ),
    workflow_steps.replace_step: lambda c, w: workflow_steps.replace_step(c, w, RUN, 0, {"state": "own"}),
    workflow_steps.find_step: lambda c, w: workflow_steps.find_step(c, w, RUN, 0),
    workflow_steps.list_steps: lambda c, w: workflow_steps.list_steps(c, w, RUN),
    workflow_steps.insert_run_people: lambda c, w: workflow_steps.insert_run_people(c, w, RUN, [ANA]),
    workflow_steps.list_run_people: lambda c, w: workflow_steps.list_run_people(c, w, BULK_RUN),
    workflow_steps.list_next_people: lambda c, w: workflow_steps.list_next_people(c, w, BULK_RUN, 0, 5),
    workflow_steps.count_run_people: lambda c, w: workflow_steps.count_run_people(c, w, BULK_RUN),
    workflow_steps.replace_run_person: lambda c, w: workflow_steps.replace_run_person(
        c, w, BULK_RUN, ANA, {"reason": "own"}
    ),
    workflow_steps.replace_next_people: lambda c, w: workflow_steps.replace_next_people(c, w, BULK_RUN, 0),
    workflow_versions.list_workflow_heads: workflow_versions.list_workflow_heads,
    workflow_versions.get_workflow_head: lambda c, w: workflow_versions.get_workflow_head(c, w, "welcome"),
    workflow_versions.list_active_workflows: workflow_versions.list_active_workflows,
    workflow_versions.insert_workflow: lambda c, w: workflow_versions.insert_workflow(c, w, "new", "own", now=NOW),
    workflow_versions.replace_workflow: lambda c, w: workflow_versions.replace_workflow(
        c, w, "welcome", {"title": "own"}
    ),
    workflow_versions.list_workflow_versions: lambda c, w: workflow_versions.list_workflow_versions(c, w, "welcome"),
    workflow_versions.get_workflow_version: lambda c, w: workflow_versions.get_workflow_version(c, w, "welcome", 1),
    workflow_versions.insert_workflow_version: lambda c, w: workflow_versions.insert_workflow_version(
        c, w, "welcome", workflow_versions.WorkflowVersion(2, "draft", {}, None, NOW)
    ),
    workflow_versions.replace_workflow_version: lambda c, w: workflow_versions.replace_workflow_version(
        c, w, "welcome", 1, {"status": "retired"}
    ),
}
