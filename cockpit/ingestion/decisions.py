"""What a member decides about a card: snooze it, dismiss it with a reason, take that back within ten seconds; do it.

Each is one transaction: the person is restated first, so that the card on the screen is a stored one, and again after
the decision, so that the next best card takes its place. A card is done, or not done after all, in the transaction that
reserves or takes back its outreach: `mark_executed` and `reopen` are given that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from cockpit.errors import Conflict, InvalidInput, NotFound
from cockpit.ingestion.restate import restate
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Connection, Database
from cockpit.storage.people import get_person
from cockpit.storage.suggestions import Suggestion, get_suggestion, replace_state
from cockpit.storage.workspaces import replace_data_version

UNDO_FOR = timedelta(seconds=10)
LONGEST_SNOOZE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class DismissReason:
    """Why a card was wrong, and for how long the action then stays away from the person."""

    code: str
    title: str
    days: int


DISMISS_REASONS: Final[Mapping[str, DismissReason]] = MappingProxyType(
    {
        reason.code: reason
        for reason in (
            DismissReason("ALREADY_DONE", "Already done", 7),
            DismissReason("NOT_NOW", "Not now", 14),
            DismissReason("WRONG_ACTION", "Wrong action for this person", 30),
            DismissReason("NOT_INTERESTED", "Not interested", 90),
            DismissReason("WRONG_DATA", "The data is wrong", 30),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, when, about which card of which person."""

    action_id: UUID
    person_id: UUID
    viewer: Viewer
    now: datetime


@dataclass(frozen=True, slots=True)
class Becomes:
    """What a card becomes."""

    state: str
    snoozed_until: datetime | None = None
    dismiss_reason: str | None = None
    suppressed_until: datetime | None = None


def snooze(db: Database, decision: Decision, until: datetime) -> None:
    """Put the card away until an instant.

    Raises:
        Forbidden: the role of whoever decides does not allow it.
        NotFound: there is no such person or card on their side of the wall.
        InvalidInput: the instant has passed or is more than a year away.
        Conflict: the card is not open any more.
    """
    if not decision.now < until <= decision.now + LONGEST_SNOOZE:
        raise InvalidInput("A card can be snoozed until an instant within the next year.")
    _decide(db, decision, Becomes("SNOOZED", snoozed_until=until))


def dismiss(db: Database, decision: Decision, code: str) -> datetime:
    """Put the card away with a reason; gives the instant until which the action stays away from the person.

    Raises:
        Forbidden: the role of whoever decides does not allow it.
        NotFound: there is no such person or card on their side of the wall.
        InvalidInput: there is no such reason.
        Conflict: the card is not open any more.
    """
    reason = DISMISS_REASONS.get(code)
    if reason is None:
        raise InvalidInput(f"{code!r} is no reason: choose one of {', '.join(DISMISS_REASONS)}.")
    until = decision.now + timedelta(days=reason.days)
    _decide(db, decision, Becomes("DISMISSED", dismiss_reason=code, suppressed_until=until))
    return until


def undo(db: Database, decision: Decision) -> None:
    """Open a card again that was snoozed or dismissed in the last ten seconds.

    Raises:
        Forbidden: the role of whoever decides does not allow it.
        NotFound: there is no such person or card on their side of the wall.
        Conflict: it is too late, or nothing was decided about the card.
    """
    viewer = decision.viewer
    viewer.check(Permission.DECIDE)
    with db.write(viewer.workspace_id) as conn:
        card = _card(conn, decision)
        _check_undo(card, decision.now)
        _open_again(conn, decision)


def complete(db: Database, decision: Decision) -> None:
    """The card is done by somebody's own hands: nothing is sent. `reopen` takes it back.

    Raises:
        Forbidden: the role of whoever decides does not allow it.
        NotFound: there is no such person or card on their side of the wall.
        Conflict: the card is not open any more.
    """
    _decide(db, decision, Becomes("EXECUTED"))


def mark_executed(conn: Connection, decision: Decision) -> None:
    """The card is carried out: its outreach is reserved in this transaction.

    Raises:
        Forbidden: the role of whoever decides does not allow it.
        NotFound: there is no such person or card on their side of the wall.
        Conflict: the card is not open any more.
    """
    _decide_in(conn, decision, Becomes("EXECUTED"))


def reopen(conn: Connection, decision: Decision) -> bool:
    """Open a card again whose outreach did not leave; answers whether it had been carried out.

    Raises:
        Forbidden: the role of whoever decides does not allow it.
        NotFound: there is no such card on their side of the wall.
    """
    decision.viewer.check(Permission.DECIDE)
    if _card(conn, decision).state != "EXECUTED":
        return False
    _open_again(conn, decision)
    return True


def _decide(db: Database, decision: Decision, becomes: Becomes) -> None:
    with db.write(decision.viewer.workspace_id) as conn:
        _decide_in(conn, decision, becomes)


def _decide_in(conn: Connection, decision: Decision, becomes: Becomes) -> None:
    viewer = decision.viewer
    viewer.check(Permission.DECIDE)
    person = get_person(conn, viewer.workspace_id, decision.person_id, scope=viewer.scope)
    restate(conn, viewer.workspace_id, [person.person_id], decision.now)
    if _card(conn, decision).state != "OPEN":
        raise Conflict("This suggestion is not open any more: somebody decided about it, or it has run out.")
    replace_state(
        conn,
        viewer.workspace_id,
        decision.action_id,
        changed_at=decision.now,
        changed_by=viewer.member_id,
        **asdict(becomes),
    )
    restate(conn, viewer.workspace_id, [person.person_id], decision.now)
    replace_data_version(conn, viewer.workspace_id)


def _open_again(conn: Connection, decision: Decision) -> None:
    viewer, now = decision.viewer, decision.now
    by = viewer.member_id
    replace_state(conn, viewer.workspace_id, decision.action_id, state="OPEN", changed_at=now, changed_by=by)
    restate(conn, viewer.workspace_id, [decision.person_id], now)
    replace_data_version(conn, viewer.workspace_id)


def _card(conn: Connection, decision: Decision) -> Suggestion:
    """The card that is decided about, if it is this person's and on this side of the wall."""
    viewer = decision.viewer
    card = get_suggestion(conn, viewer.workspace_id, decision.action_id, scope=viewer.scope)
    if card.person_id != decision.person_id:
        raise NotFound("There is no such suggested action.")
    return card


def _check_undo(card: Suggestion, now: datetime) -> None:
    if card.state not in ("SNOOZED", "DISMISSED"):
        raise Conflict("There is nothing to undo: nobody snoozed or dismissed this suggestion.")
    if now - card.changed_at > UNDO_FOR:
        raise Conflict("It is too late to undo this.")
