"""START_AVENTORA_ENGAGEMENT_BULK: an outreach to each person of the run, some of them in each transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cockpit.automation.guard_log import lock_chain
from cockpit.automation.reserve import reserve_in
from cockpit.automation.workflows.spec import MANY, Step, WorkflowSpec
from cockpit.automation.workflows.steps.engagement import FIELDS, check_engagement, told_engagement, wish_of
from cockpit.automation.workflows.steps.start_engagement import GONE
from cockpit.automation.workflows.steps.step import Again, Done, Here, Outcome
from cockpit.errors import NotFound
from cockpit.model.ids import PersonId
from cockpit.storage.guard_facts import get_person_locked
from cockpit.storage.workflow_steps import SKIPPED, STARTED, list_next_people, replace_run_person

AT_ONCE = 20


class StartEngagementBulk:
    """Reserve an outreach to each; whom a guard keeps it from is skipped, with the reason."""

    name = "START_AVENTORA_ENGAGEMENT_BULK"
    title = "Engage each"
    fields = FIELDS
    selections = (MANY,)

    def check(self, step: Step, spec: WorkflowSpec) -> None:
        """Refuse actions and channels that are none."""
        check_engagement(step, spec)

    def told(self, step: Step) -> str:
        """What goes out."""
        return f"{told_engagement(step)}, to each"

    def take(self, here: Here) -> Outcome:
        """Reserve the next few."""
        workspace_id, run = here.chain.workspace_id, here.run
        people = list_next_people(here.conn, workspace_id, run.run_id, run.step_no, AT_ONCE)
        for person_id in people:
            state, reason, attempt_id = self._reach(here, person_id)
            changes: dict[str, Any] = {"state": state, "reason": reason, "attempt_id": attempt_id}
            changes["step_no"] = run.step_no + 1
            replace_run_person(here.conn, workspace_id, run.run_id, person_id, changes)
        return Again() if len(people) == AT_ONCE else Done()

    def _reach(self, here: Here, person_id: PersonId) -> tuple[str, str | None, UUID | None]:
        workspace_id = here.chain.workspace_id
        try:
            owner = get_person_locked(here.conn, workspace_id, person_id).owner_id
            chain = lock_chain(here.conn, workspace_id)  # its head has moved on with the person before
            found = reserve_in(here.conn, chain, wish_of(here, person_id, owner), here.now)
        except NotFound:
            return SKIPPED, GONE, None
        return (STARTED if found.runs else SKIPPED), found.reason, found.attempt.attempt_id


STEP = StartEngagementBulk()
