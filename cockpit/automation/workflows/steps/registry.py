"""All kinds of steps, by the name definitions use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cockpit.automation.workflows.steps import condition, delay, form, start_engagement, start_engagement_bulk
from cockpit.automation.workflows.steps.step import StepType

_ALL: Final[tuple[StepType, ...]] = (
    form.STEP,
    delay.STEP,
    condition.STEP,
    start_engagement.STEP,
    start_engagement_bulk.STEP,
)
STEPS: Final[Mapping[str, StepType]] = {one.name: one for one in _ALL}
