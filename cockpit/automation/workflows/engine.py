"""Takes runs from step to step: one transaction for each, so that a worker may be killed at any instant.

run_due(db, workspace_id, lease, clock, limit) -> int          how many steps were taken
advance(db, workspace_id, run_id, owner, now) -> bool          one step; whether the next may be taken at once

What a step does, what is said of it and where the run stands are stored together or not at all. Steps lead on and
never back, and each has one row under its number: no run can take one twice, and each run ends.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from cockpit.automation.guard_log import lock_chain
from cockpit.automation.workflows.reading import read_workflow
from cockpit.automation.workflows.spec import PERSON_CREATED
from cockpit.automation.workflows.steps.registry import STEPS
from cockpit.automation.workflows.steps.step import Again, Asks, Done, Ends, Here, Outcome, Turn, Waits
from cockpit.errors import CockpitError, InvalidInput, NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.storage import workflow_runs as runs
from cockpit.storage.database import Connection, Database
from cockpit.storage.outbox import Lease
from cockpit.storage.pending import list_pending_among
from cockpit.storage.workflow_runs import Run, count_starts, find_run_locked, replace_run, replace_run_leases
from cockpit.storage.workflow_steps import (
    StepRun,
    find_step,
    insert_step,
    list_next_people,
    replace_next_people,
    replace_step,
)
from cockpit.storage.workflow_versions import get_workflow_version

log = logging.getLogger(__name__)
AT_WORK: Final = (runs.RUNNING, runs.WAITING)
STEPS_AT_ONCE: Final = 25  # of one run, before others have their turn
MOST_STARTS: Final = 3  # of one workflow for one person in a day; the next one is stopped as a loop
DAY: Final = timedelta(days=1)
SOON: Final = timedelta(seconds=2)
LOOP: Final = f"It was started {MOST_STARTS} times for this person in 24 hours: it may be starting itself."
FREE: Final[dict[str, Any]] = {"lease_owner": None, "lease_until": None}


def run_due(db: Database, workspace_id: WorkspaceId, lease: Lease, clock: Callable[[], datetime], limit: int) -> int:
    """Take on the runs that have been due longest; one that fails holds up no other and is tried again."""
    with db.write(workspace_id) as conn:
        taken = replace_run_leases(conn, workspace_id, lease, now=clock(), limit=limit)
    return sum(_carry_on(db, workspace_id, run_id, lease, clock) for run_id in taken)


def advance(db: Database, workspace_id: WorkspaceId, run_id: UUID, owner: str, now: datetime) -> bool:
    """Take the next step of a run that is under the lease of `owner`."""
    with db.write(workspace_id) as conn:
        chain = lock_chain(conn, workspace_id)  # before the run: whoever stops or recalls has it first, too
        run = find_run_locked(conn, workspace_id, run_id)
        if run is None or not _is_due(run, owner, now):
            return False
        if _is_importing(conn, workspace_id, run):
            _move(Turn(conn, chain, run, now), due_at=now + SOON, **FREE)
            return False
        return _take(Turn(conn, chain, run, now))


def _carry_on(
    db: Database, workspace_id: WorkspaceId, run_id: UUID, lease: Lease, clock: Callable[[], datetime]
) -> int:
    done = 0
    try:
        while done < STEPS_AT_ONCE and clock() < lease.until:
            done += 1
            if not advance(db, workspace_id, run_id, lease.owner, clock()):
                return done
    except CockpitError as error:
        log.warning("A run of a workflow was put off: %s", error)
    with db.write(workspace_id) as conn:
        replace_run(conn, workspace_id, run_id, AT_WORK, FREE, owner=lease.owner)
    return done


def _is_due(run: Run, owner: str, now: datetime) -> bool:
    return run.lease_owner == owner and run.state in AT_WORK and run.due_at is not None and run.due_at <= now


def _is_importing(conn: Connection, workspace_id: WorkspaceId, run: Run) -> bool:
    """Whether an import has brought more of its people than is reckoned with yet: guards would not know it."""
    people = [run.person_id] if run.person_id else list_next_people(conn, workspace_id, run.run_id, run.step_no, 200)
    return bool(list_pending_among(conn, workspace_id, people).len())


def _take(turn: Turn) -> bool:
    conn, workspace_id, run = turn.conn, turn.chain.workspace_id, turn.run
    try:
        stored = get_workflow_version(conn, workspace_id, run.workflow_key, run.version)
        spec = read_workflow(stored.spec)
        step = spec.steps[run.step_no]
    except (InvalidInput, NotFound, IndexError) as error:
        return _end(turn, runs.FAILED, f"It cannot be read: {error}")
    begun = find_step(conn, workspace_id, run.run_id, run.step_no)
    if begun is None and run.step_no == 0 and _is_loop(turn):
        return _end(turn, runs.FAILED, LOOP)
    here = Here(conn, turn.chain, run, turn.now, spec, step, begun)
    outcome = STEPS[step.type].take(here)
    _note(here, outcome)
    return _go_on(here, outcome)


def _is_loop(turn: Turn) -> bool:
    """Whether it began by itself, again and again: each time for somebody new with the same phone or e-mail, say."""
    run = turn.run
    if run.trigger != PERSON_CREATED:
        return False
    return count_starts(turn.conn, turn.chain.workspace_id, run, since=run.started_at - DAY) >= MOST_STARTS


def _note(here: Here, outcome: Outcome) -> None:
    """Say of the step what became of it."""
    said: dict[str, Any] = {"state": runs.RUNNING}
    match outcome:
        case Done(result, attempt_id):
            said = {"state": runs.DONE, "attempt_id": attempt_id, "finished_at": here.now}
            said |= {"result": dict(result)} if result else {}
        case Ends(state, why, attempt_id):
            said = {"state": state, "error": why, "attempt_id": attempt_id, "finished_at": here.now}
        case Waits(until):
            said = {"state": runs.WAITING, "result": {"until": until.isoformat()}}
        case Asks():
            said = {"state": runs.ASKING}
    workspace_id, run = here.chain.workspace_id, here.run
    if here.begun is None:
        new = StepRun(run.step_no, here.step.key, started_at=here.now, **said)
        insert_step(here.conn, workspace_id, run.run_id, new)
    else:
        replace_step(here.conn, workspace_id, run.run_id, run.step_no, said)


def _go_on(here: Here, outcome: Outcome) -> bool:
    """Put the run where the outcome leads; answers whether its next step can be taken at once."""
    match outcome:
        case Ends(state, why):
            return _end(here, state, why)
        case Waits(until):
            _move(here, state=runs.WAITING, due_at=until, **FREE)
            return False
        case Asks():
            _move(here, state=runs.ASKING, due_at=None, **FREE)
            return False
        case Again():
            _move(here, state=runs.RUNNING, due_at=here.now)
            return True
        case Done(to=to):
            following = here.run.step_no + 1 if to is None else to
            if following >= len(here.spec.steps):
                return _end(here, runs.DONE)
            replace_next_people(here.conn, here.chain.workspace_id, here.run.run_id, here.run.step_no)
            _move(here, state=runs.RUNNING, due_at=here.now, step_no=following)
            return True


def _end(turn: Turn, state: str, why: str | None = None) -> bool:
    _move(turn, state=state, error=why, due_at=None, finished_at=turn.now, **FREE)
    return False


def _move(turn: Turn, **changes: Any) -> None:
    replace_run(turn.conn, turn.chain.workspace_id, turn.run.run_id, AT_WORK, changes)
