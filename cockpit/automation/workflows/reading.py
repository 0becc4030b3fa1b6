"""Workflows from JSON, checked as a whole before anything of them is kept or run.

read_workflow(data) -> WorkflowSpec          raises InvalidInput with a sentence for whoever wrote it
written(spec) -> dict                        what `read_workflow` reads back
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from cockpit.automation.workflows.spec import MANUAL, MANY, ONE, PERSON_CREATED, Step, Trigger, WorkflowSpec
from cockpit.automation.workflows.steps.registry import STEPS
from cockpit.errors import InvalidInput

KEY: Final = re.compile(r"[A-Za-z]\w{0,62}", re.ASCII)
MOST_STEPS: Final = 50


def read_workflow(data: Any) -> WorkflowSpec:
    """A workflow from JSON; its steps lead on and never back, so that a run has an end.

    Raises:
        InvalidInput: a name or a value is none, or it would not end.
    """
    if not isinstance(data, Mapping) or set(data) != {"trigger", "steps"}:
        raise InvalidInput("A workflow says its trigger and its steps, and nothing else.")
    steps = data["steps"]
    if not isinstance(steps, list | tuple) or not 0 < len(steps) <= MOST_STEPS:
        raise InvalidInput(f"A workflow needs steps, and at most {MOST_STEPS}.")
    spec = WorkflowSpec(_trigger(data["trigger"]), tuple(_step(one) for one in steps))
    if len({step.key for step in spec.steps}) < len(spec.steps):
        raise InvalidInput("Two steps of a workflow cannot have one key.")
    for step in spec.steps:
        _check(step, spec)
    return spec


def written(spec: WorkflowSpec) -> dict[str, Any]:
    """The workflow as JSON."""
    manual = {"selection": spec.trigger.selection} if spec.trigger.type == MANUAL else {}
    steps = [{"key": step.key, "type": step.type, **step.said} for step in spec.steps]
    return {"trigger": {"type": spec.trigger.type, **manual}, "steps": steps}


def _trigger(data: Any) -> Trigger:
    given = dict(data) if isinstance(data, Mapping) else {}
    if given == {"type": PERSON_CREATED}:
        return Trigger(PERSON_CREATED)
    if set(given) <= {"type", "selection"} and given.get("type") == MANUAL and given.get("selection") in (ONE, MANY):
        return Trigger(MANUAL, given["selection"])
    raise InvalidInput(f"A workflow is set off by {PERSON_CREATED}, or by {MANUAL} with the selection one or many.")


def _step(data: Any) -> Step:
    given = dict(data) if isinstance(data, Mapping) else {}
    key, kind = given.pop("key", None), given.pop("type", None)
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise InvalidInput("A step needs a key of letters, digits and _.")
    if kind not in STEPS:
        raise InvalidInput(f"The step {key} must be one of {', '.join(STEPS)}.")
    return Step(key, kind, given)


def _check(step: Step, spec: WorkflowSpec) -> None:
    kind = STEPS[step.type]
    if unknown := sorted(set(step.said) - set(kind.fields)):
        raise InvalidInput(f"The step {step.key} cannot say {str(unknown[0])[:40]}.")
    if spec.trigger.selection not in kind.selections:
        whom = "many people" if spec.trigger.selection == MANY else "one person"
        raise InvalidInput(f"The step {step.key} is a {step.type}, and a run of this workflow is for {whom}.")
    kind.check(step, spec)
