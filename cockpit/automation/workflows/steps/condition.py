"""CONDITION: who is meant goes on, in the words in which rules say whom they are about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import polars as pl

from cockpit.automation.rule_matching import matching
from cockpit.automation.rule_spec import Conditions, RuleSpec, read_conditions, written_conditions
from cockpit.automation.workflows.spec import MANY, ONE, Step, WorkflowSpec
from cockpit.automation.workflows.steps.step import Again, Done, Ends, Here, Outcome
from cockpit.errors import InvalidInput
from cockpit.storage.workflow_runs import ENDED
from cockpit.storage.workflow_steps import LEFT_OUT, WAITS, list_next_people, replace_run_person
from scoring.intake import INSTANT

END: Final = "END"
AT_ONCE: Final = 200
NOT_MEANT: Final = "The condition is not met."
ANYBODY: Final = RuleSpec("", (), "")


class Condition:
    """Ask of each person; a run for one that is not meant ends, or goes on at a later step."""

    name = "CONDITION"
    title = "Only if"
    fields = ("conditions", "otherwise")
    selections = (ONE, MANY)

    def check(self, step: Step, spec: WorkflowSpec) -> None:
        """Refuse conditions of signals, and steps that lie behind."""
        said = _conditions(step)
        if said.channels or said.oldest_minutes is not None:
            raise InvalidInput(f"The step {step.key} can ask for bands, lifecycles and fields: there is no signal.")
        if said == Conditions():
            raise InvalidInput(f"The step {step.key} asks for nothing.")
        otherwise = step.said.get("otherwise", END)
        if otherwise == END:
            return
        here, there = spec.place_of(step.key), spec.place_of(str(otherwise))
        if spec.trigger.selection == MANY:
            raise InvalidInput(f"The step {step.key} leaves people out: a run for many has no other way.")
        if there is None or here is None or there <= here:
            raise InvalidInput(f"The step {step.key} goes back to {otherwise}: the workflow would go round for ever.")

    def told(self, step: Step) -> str:
        """Who goes on."""
        said = written_conditions(_conditions(step))
        fields = said.pop("fields", {})
        parts = [f"{name[:-1]} is {' or '.join(values)}" for name, values in said.items()]
        parts += [f"{name.replace('_', ' ')} is {' or '.join(values)}" for name, values in fields.items()]
        otherwise = step.said.get("otherwise", END)
        return " and ".join(parts) + ("" if otherwise == END else f"; otherwise on at {otherwise}")

    def take(self, here: Here) -> Outcome:
        """Ask now."""
        run, workspace_id = here.run, here.chain.workspace_id
        if run.person_id is not None:
            if _meant(here, [run.person_id]):
                return Done({"met": True})
            otherwise = here.spec.place_of(here.step.said.get("otherwise", END))
            return Ends(ENDED, NOT_MEANT) if otherwise is None else Done({"met": False}, to=otherwise)
        people = list_next_people(here.conn, workspace_id, run.run_id, run.step_no, AT_ONCE)
        meant = _meant(here, people)
        for one in people:
            left_out = {} if str(one) in meant else {"state": LEFT_OUT, "reason": NOT_MEANT}
            changes = {"state": WAITS, "reason": None, "step_no": run.step_no + 1, **left_out}
            replace_run_person(here.conn, workspace_id, run.run_id, one, changes)
        return Again() if len(people) == AT_ONCE else Done()


def _meant(here: Here, people: Collection[object]) -> frozenset[str]:
    """Those of these people whom the condition means, by the model and signals of now."""
    schema = {"person_id": pl.String(), "occurred_at": INSTANT, "channel": pl.String(), "at": INSTANT}
    rows = [{"person_id": str(one), "occurred_at": here.now, "channel": None, "at": here.now} for one in people]
    spec = replace(ANYBODY, conditions=_conditions(here.step))
    found = matching(here.conn, here.chain.workspace_id, pl.DataFrame(rows, schema=schema), spec)
    return frozenset(found["person_id"])


def _conditions(step: Step) -> Conditions:
    return read_conditions(step.said.get("conditions"))


STEP = Condition()
