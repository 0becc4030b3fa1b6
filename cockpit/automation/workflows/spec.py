"""What a workflow says: what sets it off, and its steps in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MANUAL: Final = "MANUAL"
PERSON_CREATED: Final = "PERSON_CREATED"
ONE: Final = "one"
MANY: Final = "many"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What sets a workflow off."""

    type: str  # MANUAL | PERSON_CREATED
    selection: str = ONE  # whom it is started for: one person or many

    @property
    def title(self) -> str:
        """The same for people."""
        if self.type == PERSON_CREATED:
            return "When a person is created"
        return "Started for selected people" if self.selection == MANY else "Started for one person"


@dataclass(frozen=True, slots=True)
class Step:
    """One step."""

    key: str
    type: str
    said: Mapping[str, Any]  # what its kind needs to know


@dataclass(frozen=True, slots=True)
class WorkflowSpec:
    """One version of a workflow."""

    trigger: Trigger
    steps: tuple[Step, ...]

    def place_of(self, key: str) -> int | None:
        """Where the step with this key is."""
        return next((place for place, step in enumerate(self.steps) if step.key == key), None)
