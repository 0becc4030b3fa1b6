"""New people set workflows off: a run for each of the two, in the transaction that stores the person.

await_workflows(conn, workspace_id, people, now) -> int        people: person_id, since; how many runs wait now
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from cockpit.ingestion.identifiers import named_ids
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.workflow_runs import RUNNING, insert_missing_runs
from cockpit.storage.workflow_versions import ActiveWorkflow, list_active_workflows
from scoring.intake import INSTANT

PERSON_CREATED: Final = "PERSON_CREATED"


def await_workflows(conn: Connection, workspace_id: WorkspaceId, people: pl.DataFrame, now: datetime) -> int:
    """Let new people wait for the workflows they set off; `since` is when they appeared, here or elsewhere.

    Who appeared before a workflow was activated does not set it off: a list of old contacts is no flood of new ones.
    """
    if people.is_empty():
        return 0
    meant = (one for one in list_active_workflows(conn, workspace_id) if _is_meant(one))
    return sum(insert_missing_runs(conn, workspace_id, _runs(workspace_id, people, one, now)) for one in meant)


def _is_meant(workflow: ActiveWorkflow) -> bool:
    return bool(workflow.spec.get("trigger", {}).get("type") == PERSON_CREATED)


def _runs(workspace_id: WorkspaceId, people: pl.DataFrame, workflow: ActiveWorkflow, now: datetime) -> pl.DataFrame:
    """One run for each of them; its id is that of the pair, so that nobody sets a workflow off twice."""
    new = people.filter(pl.col("since") >= workflow.active_since)["person_id"].unique().sort()
    names = (f"workflow:{workflow.workflow_key}:{person_id}" for person_id in new)
    at = pl.lit(now).cast(INSTANT)
    return pl.DataFrame({"run_id": named_ids(workspace_id, names), "person_id": new}).with_columns(
        workflow_key=pl.lit(workflow.workflow_key),
        version=pl.lit(workflow.version, pl.Int32),
        trigger=pl.lit(PERSON_CREATED),
        state=pl.lit(RUNNING),
        context=pl.lit("{}"),
        step_no=pl.lit(0, pl.Int32),
        depth=pl.lit(0, pl.Int32),
        started_at=at,
        due_at=at,
    )
