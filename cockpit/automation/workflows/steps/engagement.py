"""What both steps that reach people have in common: the wish that goes to the execution service."""

from __future__ import annotations

from cockpit.automation.rule_spec import CHANNELS
from cockpit.automation.wish import Wish
from cockpit.automation.workflows.spec import MANY, Step, WorkflowSpec
from cockpit.automation.workflows.steps.step import Here
from cockpit.automation.workflows.steps.values import PLACE, fields_of, filled
from cockpit.errors import InvalidInput
from cockpit.model.ids import MemberId, PersonId
from scoring.actions.registry import ACTIONS

FIELDS = ("action", "channel", "instruction")
LONGEST = 2_000
WORDS = {"phone": "Call", "sms": "SMS", "whatsapp": "WhatsApp", "email": "E-mail"}


def check_engagement(step: Step, spec: WorkflowSpec) -> None:
    """Refuse actions and channels that are none.

    Raises:
        InvalidInput: one is none, or no form before asks for it.
    """
    if step.said.get("action") not in ACTIONS:
        raise InvalidInput(f"The step {step.key} needs an action such as {next(iter(ACTIONS))}.")
    channel, instruction = step.said.get("channel"), step.said.get("instruction")
    if channel is not None:
        _check_channel(str(channel), step, spec)
    if instruction is not None:
        if not isinstance(instruction, str) or not 0 < len(instruction.strip()) <= LONGEST:
            raise InvalidInput(f"The instruction of the step {step.key} must be a text of at most {LONGEST:,} letters.")
        list(fields_of(instruction, step, spec))


def told_engagement(step: Step) -> str:
    """What goes out."""
    channel = step.said.get("channel")
    way = "as its mapping says" if channel is None else WORDS.get(channel, "on the channel of the form")
    return f"{step.said['action'].replace('_', ' ').capitalize()}: {way}"


def wish_of(here: Here, person_id: PersonId, owner: MemberId | None) -> Wish:
    """The outreach to one person; the same for one run and step, however often it is asked for."""
    run, said = here.run, here.step.said
    channel, instruction = (
        None if said.get(name) is None else filled(said[name], run.context) for name in ("channel", "instruction")
    )
    return Wish(
        person_id=person_id,
        action_type=said["action"],
        origin="workflow",
        rule_key=run.workflow_key,
        workflow_run_id=run.run_id,
        batch_id=run.run_id if here.spec.trigger.selection == MANY else None,
        channel=channel,
        instruction=instruction,
        evidence_at=run.started_at,
        requested_by=run.started_by or owner,
        hold=True,
        key=f"workflow:{run.run_id}:{run.step_no}:{person_id}",
    )


def _check_channel(channel: str, step: Step, spec: WorkflowSpec) -> None:
    if channel in CHANNELS:
        return
    asked = list(fields_of(channel, step, spec)) if PLACE.fullmatch(channel) else []
    choices = asked[0].get("choices", ()) if asked else ()
    if not choices or not set(choices) <= set(CHANNELS) or not asked[0].get("required"):
        raise InvalidInput(
            f"The channel of the step {step.key} must be one of {', '.join(CHANNELS)}, "
            "or a required field of a form with these choices."
        )
