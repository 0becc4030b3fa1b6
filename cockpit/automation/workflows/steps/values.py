"""What a step says may come from a form before it: `{{ask.channel}}` is the field `channel` of the step `ask`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cockpit.automation.workflows.spec import Step, WorkflowSpec
from cockpit.errors import InvalidInput

FORM: Final = "FORM"
PLACE: Final = re.compile(r"\{\{\s*([A-Za-z]\w*)\.([A-Za-z]\w*)\s*\}\}", re.ASCII)


def filled(text: str, answers: Mapping[str, Any]) -> str:
    """The text with what forms were filled in with."""
    return PLACE.sub(lambda found: str(answers.get(found[1], {}).get(found[2], "")), text)


def fields_of(text: str, step: Step, spec: WorkflowSpec) -> Iterator[Mapping[str, Any]]:
    """The fields of earlier forms that a text names.

    Raises:
        InvalidInput: there is no such field before this step.
    """
    place = spec.place_of(step.key) or 0
    known = {
        (form.key, field["name"]): field
        for form in spec.steps[:place]
        if form.type == FORM
        for field in form.said["fields"]
    }
    for found in PLACE.finditer(text):
        field = known.get((found[1], found[2]))
        if field is None:
            raise InvalidInput(f"The step {step.key} names {found[0]}, which no form before it asks for.")
        yield field
