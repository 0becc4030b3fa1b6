"""What somebody or something wants done: the input of the execution service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from cockpit.model.ids import MemberId, PersonId
from scoring.guards.facts import Origin

UNDO_FOR: Final = timedelta(seconds=10)  # nothing leaves before that


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An outreach to one person."""

    person_id: PersonId
    action_type: str
    origin: Origin = "manual"
    rule_key: str | None = None  # of a workflow its key; none for a click
    workflow_run_id: UUID | None = None
    batch_id: UUID | None = None
    action_id: UUID | None = None  # the card it carries out
    channel: str | None = None  # these three: None is what the mapping of the action says
    hub_type: str | None = None
    instruction: str | None = None
    evidence_at: datetime | None = None  # of the signal it answers
    requested_by: MemberId | None = None  # who clicked; for a rule the owner of the person
    request: Mapping[str, Any] | None = None  # what else the Hub is told: language, email_subject, email_template_id
    hold: bool = False  # wait until its guards open, where time alone opens them
    key: str | None = None  # asking twice with the same key is asking once
    undo_for: timedelta = UNDO_FOR
