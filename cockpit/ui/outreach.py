"""Carrying out a card and taking that back: the execution and the card change in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from cockpit.automation import execute, undo
from cockpit.automation.bulk import MOST, BulkReport, run_bulk
from cockpit.automation.reserve import Also, Reserved
from cockpit.automation.wish import Wish
from cockpit.errors import Conflict
from cockpit.ingestion import decisions
from cockpit.ingestion.decisions import Decision
from cockpit.model.ids import PersonId
from cockpit.model.panel import SuggestedAction
from cockpit.storage.attempts import RESERVED, About, Attempt, list_attempts
from cockpit.storage.database import Connection
from cockpit.storage.people import find_person
from cockpit.ui.frame import Visit

LANGUAGE: Final = "preferred_language"  # the field that presets bring
LANGUAGES: Final = ("en", "ar")


def carry_out(visit: Visit, person_id: str, action: SuggestedAction, now: datetime) -> Reserved:
    """Reserve the outreach of a card, which is then done; one that is blocked leaves the card as it is.

    Raises:
        Forbidden: the role of whoever clicks does not allow it.
        NotFound: there is no such person or card on their side of the wall.
        Conflict: the card is not open any more.
    """
    (wish,) = _in_their_language(visit, [wish_of(person_id, action)])
    return execute.execute(visit.cockpit.db, visit.viewer, wish, now, _done(visit, now))


def carry_out_many(visit: Visit, wishes: Sequence[Wish], now: datetime) -> BulkReport:
    """The same for many people, each by itself; the batch can be taken back as one.

    Raises:
        Forbidden: the role of whoever clicks does not allow it.
        InvalidInput: these are too many at once.
    """
    spoken = _in_their_language(visit, wishes)
    return run_bulk(visit.cockpit.db, visit.viewer, spoken, now, also=_done(visit, now))


def wish_of(person_id: str, action: SuggestedAction) -> Wish:
    """What a card asks of the execution service."""
    return Wish(
        person_id=PersonId(UUID(person_id)),
        action_type=action.type,
        action_id=UUID(action.action_id),
        evidence_at=action.evidence_at,
    )


def _in_their_language(visit: Visit, wishes: Sequence[Wish]) -> list[Wish]:
    """The same with the language each person prefers: the Hub is told so, and gets the text of that language."""
    with visit.read() as conn:
        return [_spoken(visit, conn, one) for one in wishes]


def _spoken(visit: Visit, conn: Connection, wish: Wish) -> Wish:
    person = find_person(conn, visit.workspace_id, str(wish.person_id), scope=visit.viewer.scope)
    language = person.attributes.get(LANGUAGE) if person else None
    return replace(wish, request={"language": language}) if language in LANGUAGES else wish


def _done(visit: Visit, now: datetime) -> Also:
    """Ends the card of an outreach in the transaction that reserves it."""

    def also(conn: Connection, attempt: Attempt) -> None:
        if attempt.action_id is not None:
            decisions.mark_executed(conn, Decision(attempt.action_id, attempt.person_id, visit.viewer, now))

    return also


def take_back(visit: Visit, attempt_id: str, now: datetime) -> Attempt:
    """Cancel an outreach that has not left, and open its card again.

    Raises:
        Forbidden: the role of whoever clicks does not allow it.
        NotFound: there is no such execution on their side of the wall.
        Conflict: it has left, or was ended before.
    """

    def not_done(conn: Connection, attempt: Attempt) -> None:
        if attempt.action_id is not None:
            decisions.reopen(conn, Decision(attempt.action_id, attempt.person_id, visit.viewer, now))

    return undo.undo(visit.cockpit.db, visit.viewer, UUID(attempt_id), now, not_done)


def take_back_batch(visit: Visit, batch_id: str, now: datetime) -> int:
    """Take back what has not left of a batch; answers how many that were."""
    about = About(batch_id=UUID(batch_id))
    with visit.read() as conn:
        waiting = list_attempts(
            conn, visit.workspace_id, about, states=(RESERVED,), scope=visit.viewer.scope, limit=MOST
        )
    taken = 0
    for attempt in waiting:
        with suppress(Conflict):  # this one has left
            take_back(visit, str(attempt.attempt_id), now)
            taken += 1
    return taken


def suggest_again(visit: Visit, attempt: Attempt, now: datetime) -> bool:
    """Open the card of an outreach that did not leave; answers whether there was one.

    Raises:
        Forbidden: the role of whoever clicks does not allow it.
        NotFound: there is no such card on their side of the wall.
    """
    if attempt.action_id is None:
        return False
    decision = Decision(attempt.action_id, attempt.person_id, visit.viewer, now)
    with visit.cockpit.db.write(visit.workspace_id) as conn:
        return decisions.reopen(conn, decision)
