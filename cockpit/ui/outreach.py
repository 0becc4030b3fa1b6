"""Carrying out a card and taking that back: the execution and the card change in one transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cockpit.automation import execute, undo
from cockpit.automation.reserve import Reserved
from cockpit.automation.wish import Wish
from cockpit.ingestion import decisions
from cockpit.ingestion.decisions import Decision
from cockpit.model.ids import PersonId
from cockpit.model.panel import SuggestedAction
from cockpit.storage.attempts import Attempt
from cockpit.storage.database import Connection
from cockpit.ui.frame import Visit


def carry_out(visit: Visit, person_id: str, action: SuggestedAction, now: datetime) -> Reserved:
    """Reserve the outreach of a card, which is then done; one that is blocked leaves the card as it is.

    Raises:
        Forbidden: the role of whoever clicks does not allow it.
        NotFound: there is no such person or card on their side of the wall.
        Conflict: the card is not open any more.
    """
    wish = Wish(
        person_id=PersonId(UUID(person_id)),
        action_type=action.type,
        action_id=UUID(action.action_id),
        evidence_at=action.evidence_at,
    )

    def done(conn: Connection, attempt: Attempt) -> None:
        decisions.mark_executed(conn, Decision(UUID(action.action_id), attempt.person_id, visit.viewer, now))

    return execute.execute(visit.cockpit.db, visit.viewer, wish, now, done)


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
