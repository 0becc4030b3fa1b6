"""FORM: the run waits for somebody to fill in what later steps need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from cockpit.automation.workflows.spec import MANY, ONE, Step, WorkflowSpec
from cockpit.automation.workflows.steps.step import Asks, Here, Outcome
from cockpit.errors import InvalidInput

FIELD_TYPES: Final = ("text", "choice")
NAME: Final = re.compile(r"[A-Za-z]\w{0,62}", re.ASCII)
FIELD: Final = frozenset({"name", "type", "choices", "required", "label"})
LONGEST: Final = 2_000
MOST: Final = 20


class Form:
    """Ask, and go on when `cockpit.automation.workflows.answer` has stored what somebody said."""

    name = "FORM"
    title = "Ask"
    fields = ("fields",)
    selections = (ONE, MANY)

    def check(self, step: Step, spec: WorkflowSpec) -> None:
        """Refuse fields nobody could fill in."""
        del spec
        given = step.said.get("fields")
        if not isinstance(given, list) or not 0 < len(given) <= MOST:
            raise InvalidInput(f"The form {step.key} needs fields, and at most {MOST}.")
        for one in given:
            _check_field(one, step)
        if len({one["name"] for one in given}) < len(given):
            raise InvalidInput(f"The form {step.key} asks for one field twice.")

    def told(self, step: Step) -> str:
        """What for."""
        return "Form: " + ", ".join(label_of(one) for one in step.said["fields"])

    def take(self, here: Here) -> Outcome:
        """Wait."""
        del here
        return Asks()


def label_of(field: Mapping[str, Any], language: str = "en") -> str:
    """How a field is called."""
    label = field.get("label")
    said = label.get(language) or label.get("en") if isinstance(label, Mapping) else label
    return str(said or field["name"].replace("_", " ").capitalize())


def checked(step: Step, answers: Mapping[str, Any]) -> dict[str, str]:
    """What a form was filled in with.

    Raises:
        InvalidInput: something is missing, or is no choice.
    """
    known = {one["name"]: one for one in step.said["fields"]}
    strange = sorted(set(answers) - set(known))
    if strange:
        raise InvalidInput(f"The form does not ask for {str(strange[0])[:40]}.")
    return {name: _answer(field, answers.get(name)) for name, field in known.items()}


def _answer(field: Mapping[str, Any], given: Any) -> str:
    label = label_of(field)
    if given is not None and not isinstance(given, str):
        raise InvalidInput(f"{label} must be a text.")
    text = (given or "").strip()
    if not text and field.get("required"):
        raise InvalidInput(f"{label} is missing.")
    if len(text) > LONGEST:
        raise InvalidInput(f"{label} can have at most {LONGEST:,} letters.")
    if text and field["type"] == "choice" and text not in field["choices"]:
        raise InvalidInput(f"{label} can be {', '.join(field['choices'])}.")
    return text


def _check_field(field: Any, step: Step) -> None:
    if not isinstance(field, Mapping) or not NAME.fullmatch(str(field.get("name", ""))):
        raise InvalidInput(f"A field of the form {step.key} needs a name of letters, digits and _.")
    name = field["name"]
    if unknown := sorted(set(field) - FIELD):
        raise InvalidInput(f"The field {name} cannot say {str(unknown[0])[:40]}.")
    if field.get("type") not in FIELD_TYPES:
        raise InvalidInput(f"The field {name} must be one of {', '.join(FIELD_TYPES)}.")
    choices = field.get("choices", [])
    some = isinstance(choices, list) and bool(choices) and all(isinstance(one, str) and one for one in choices)
    if (field["type"] == "choice") != some:
        raise InvalidInput(f"The field {name} needs choices if it is a choice, and else none.")


STEP = Form()
