"""DELAY: the run waits for some minutes, hours or days."""

from __future__ import annotations

from datetime import timedelta

from cockpit.automation.workflows.spec import MANY, ONE, Step, WorkflowSpec
from cockpit.automation.workflows.steps.step import Done, Here, Outcome, Waits
from cockpit.errors import InvalidInput

UNITS = ("minutes", "hours", "days")
LONGEST = timedelta(days=365)


class Delay:
    """Wait from the instant at which the run comes here."""

    name = "DELAY"
    title = "Wait"
    fields = UNITS
    selections = (ONE, MANY)

    def check(self, step: Step, spec: WorkflowSpec) -> None:
        """Refuse what is no time to wait."""
        del spec
        given = [step.said[unit] for unit in UNITS if unit in step.said]
        if not given or not all(type(one) is int and 0 <= one <= 1_000_000 for one in given):
            raise InvalidInput(f"The step {step.key} needs minutes, hours or days as whole numbers.")
        if not timedelta() < _length(step) <= LONGEST:
            raise InvalidInput(f"The step {step.key} can wait at most {LONGEST.days} days, and not for no time.")

    def told(self, step: Step) -> str:
        """How long."""
        parts = [(step.said.get(unit, 0), unit) for unit in reversed(UNITS)]
        return " ".join(f"{count} {unit if count != 1 else unit[:-1]}" for count, unit in parts if count)

    def take(self, here: Here) -> Outcome:
        """Begin to wait, or go on."""
        return Waits(here.now + _length(here.step)) if here.begun is None else Done()


def _length(step: Step) -> timedelta:
    return timedelta(**{unit: step.said.get(unit, 0) for unit in UNITS})


STEP = Delay()
