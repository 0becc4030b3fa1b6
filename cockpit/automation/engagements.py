"""Updates of the Hub folded into one row per engagement, the attempt that asked for it, and signals of the person.

fold(conn, workspace_id, update, words, now) -> Folded

The same updates in any order, and any of them twice, make the same signals, each once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from cockpit.automation import outcome
from cockpit.hub.updates import Follows, Update, signals_of
from cockpit.hub.vocabulary import FINAL, result_of, state_of
from cockpit.hub.wiring import Words
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage.attempts import find_attempt
from cockpit.storage.database import Connection
from cockpit.storage.engagements import Engagement, get_engagement_locked, replace_engagement

SOURCE = "aventora"


@dataclass(frozen=True, slots=True)
class Folded:
    """What an update came to."""

    engagement: Engagement
    signals: tuple[Mapping[str, Any], ...]  # for ingestion, which is given them in the same transaction


def fold(conn: Connection, workspace_id: WorkspaceId, update: Update, words: Words, now: datetime) -> Folded:
    """Take an update; nothing is stored until the transaction commits."""
    state, result = state_of(update.status, words.states), result_of(update.outcome, words.results)
    told = outcome.Update(update.engagement_id, update.client_reference, result, final=state in FINAL)
    # First, as it takes the lock that everything of this workspace's automation takes first.
    attempt_id = outcome.record_update(conn, workspace_id, told, now)
    new = Engagement(update.engagement_id, update.sent_at)
    before = get_engagement_locked(conn, workspace_id, new, now=now)
    attempt_id = attempt_id or before.attempt_id
    person_id = _person(conn, workspace_id, attempt_id) or before.person_id or _given(update)
    follows = [one for one in signals_of(update, state, result) if one.type not in before.signals]
    after = replace(
        _newest(before, update, state, result),
        attempt_id=attempt_id,
        person_id=person_id,
        updates=before.updates + 1,
        signals=(*before.signals, *(one.type for one in follows)),
    )
    replace_engagement(conn, workspace_id, after, now=now)
    return Folded(after, tuple(_signal(update, one, person_id) for one in follows))


def _newest(before: Engagement, update: Update, state: str, result: str | None) -> Engagement:
    """The engagement as the newest update tells it; what only older ones told stays, and so does an end."""
    newer = before.updates == 0 or update.sent_at >= before.told_at
    said = {
        "channel": update.channel,
        "direction": update.direction,
        "contact": update.contact,
        "status": update.status,
        "outcome": update.outcome,
        "result": result,
        "summary": update.summary,
        "started_at": update.started_at,
        "completed_at": update.completed_at,
    }
    kept = {name: getattr(before, name) for name in said}
    changes: dict[str, Any] = {
        name: (value if newer else kept[name]) or kept[name] or value for name, value in said.items()
    }
    if newer:
        changes |= {"told_at": update.sent_at, "body": dict(update.body)}
    return replace(before, **changes, state=_state(before, state, newer=newer))


def _state(before: Engagement, state: str, *, newer: bool) -> str:
    """How the engagement stands: what is over stays over, whatever straggles in."""
    if state in FINAL:
        return state if newer or before.state not in FINAL else before.state
    return state if newer and before.state not in FINAL else before.state


def _person(conn: Connection, workspace_id: WorkspaceId, attempt_id: UUID | None) -> PersonId | None:
    found = find_attempt(conn, workspace_id, attempt_id) if attempt_id else None
    return found.person_id if found else None


def _given(update: Update) -> PersonId | None:
    return PersonId(update.person_id) if update.person_id else None


def _signal(update: Update, follows: Follows, person_id: PersonId | None) -> Mapping[str, Any]:
    """A signal as ingestion takes it: one of a type per engagement, whose id says so."""
    contact = update.contact or ""
    said = {
        "engagement_id": update.engagement_id,
        "status": update.status,
        "outcome": update.outcome,
        "summary": update.summary,
    }
    given = {
        "type": follows.type,
        "occurred_at": follows.occurred_at,
        "source": SOURCE,
        "source_event_id": f"{update.engagement_id}:{follows.type}"[:200],
        "person_id": str(person_id) if person_id else None,
        "email": contact if "@" in contact else None,
        "phone": contact if contact and "@" not in contact else None,
        "payload": {name: value for name, value in said.items() if value is not None},
    }
    if follows.type.startswith("HUB_"):  # the catalogue does not know them, so they say it themselves
        given |= {"channel": update.channel, "direction": update.direction}
    return {name: value for name, value in given.items() if value is not None}
