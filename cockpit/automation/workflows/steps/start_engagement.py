"""START_AVENTORA_ENGAGEMENT: one outreach to the person of the run."""

from __future__ import annotations

from cockpit.automation.reserve import reserve_in
from cockpit.automation.workflows.spec import ONE, Step, WorkflowSpec
from cockpit.automation.workflows.steps.engagement import FIELDS, check_engagement, told_engagement, wish_of
from cockpit.automation.workflows.steps.step import Done, Ends, Here, Outcome
from cockpit.errors import NotFound
from cockpit.storage.guard_facts import get_person_locked
from cockpit.storage.workflow_runs import BLOCKED, FAILED

GONE = "There is no such person any more."


class StartEngagement:
    """Reserve an outreach; it waits for its guards where time alone opens them."""

    name = "START_AVENTORA_ENGAGEMENT"
    title = "Engage"
    fields = FIELDS
    selections = (ONE,)

    def check(self, step: Step, spec: WorkflowSpec) -> None:
        """Refuse actions and channels that are none."""
        check_engagement(step, spec)

    def told(self, step: Step) -> str:
        """What goes out."""
        return told_engagement(step)

    def take(self, here: Here) -> Outcome:
        """Reserve it, or end with the guard's reason."""
        person_id = here.run.person_id
        if person_id is None:
            return Ends(FAILED, GONE)
        try:
            owner = get_person_locked(here.conn, here.chain.workspace_id, person_id).owner_id
            found = reserve_in(here.conn, here.chain, wish_of(here, person_id, owner), here.now)
        except NotFound:
            return Ends(FAILED, GONE)
        if not found.runs:
            return Ends(BLOCKED, found.reason or "A guard said no.", found.attempt.attempt_id)
        return Done(attempt_id=found.attempt.attempt_id)


STEP = StartEngagement()
