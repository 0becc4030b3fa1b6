"""The report of a rule counts what it did, and compares whom it meant with whom it left alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid5

from sqlalchemy import update

from cockpit.automation.rule_report import report
from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Scope, Viewer, whole_workspace
from cockpit.storage.attempts import Attempt, insert_attempt
from cockpit.storage.database import Database
from cockpit.storage.holdouts import insert_holdout
from cockpit.storage.schema import person
from tests.automation.ground import RULE, prepare
from tests.automation.replayed import replay
from tests.storage.rows import attempt_of

DAY = timedelta(days=1)


def did(person_id: PersonId, at: datetime, **more: object) -> Attempt:
    """An execution of the rule."""
    given = {"state": "COMPLETED", "outcome": "answered", "reason": None, "sent_at": at, "finished_at": at + DAY}
    return attempt_of(
        "x",
        uuid5(person_id, str(at)),
        person_id=person_id,
        rule_key=RULE,
        created_at=at,
        client_reference=str(person_id),
        engagement_id=str(person_id),
        **(given | more),
    )


def test_it_counts_and_compares(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    people = prepare(db, workspace, now - 30 * DAY, people=50)
    began, meant, alone = now - 20 * DAY, people[:25], people[25:46]
    both, young, blocked, stranger = people[46], people[47], people[48], people[49]
    with db.write(workspace) as conn:
        for one in (*meant, both):
            insert_attempt(conn, workspace, did(one, began))
        insert_attempt(conn, workspace, did(young, now - DAY))
        at_once = {"state": "BLOCKED", "reason": "Quiet hours", "sent_at": None, "finished_at": began, "outcome": None}
        insert_attempt(conn, workspace, did(blocked, began, **at_once))
        for one in (*alone, both):
            insert_holdout(conn, workspace, RULE, one, held_at=began)
    told = [
        *((one, "SMS_REPLIED", began + DAY) for one in meant[:20]),
        *((one, "SMS_REPLIED", began + DAY) for one in meant[:3]),  # who answers twice counts once
        (meant[24], "SMS_REPLIED", began + 8 * DAY),  # too late
        (alone[0], "SMS_REPLIED", began - DAY),  # before
        (alone[1], "INBOUND_CALL", began + DAY),
        (stranger, "SMS_REPLIED", began + DAY),
        (meant[0], "APPOINTMENT_BOOKED", began + 2 * DAY),
    ]
    signals = [
        {"person_id": str(who), "type": kind, "occurred_at": at.isoformat(), "source_event_id": str(number)}
        for number, (who, kind, at) in enumerate(told)
    ]
    replay(db, workspace, signals, now)
    with db.write(workspace) as conn:
        found = report(conn, whole_workspace(workspace), RULE, now)
        mine = [meant[0], meant[1], alone[0]]
        owned = update(person).where(person.c.workspace_id == workspace, person.c.person_id.in_(mine))
        conn.execute(owned.values(owner_id=workspace))
        walled = report(conn, Viewer(workspace, None, Role.MEMBER, Scope(MemberId(workspace))), RULE, now)
    assert (found.sent, found.people, found.answered, found.booked) == (27, 27, 20, 1)
    assert found.outcomes == {"answered": 27}
    assert found.blocked_by == {"Quiet hours": 1}
    assert (found.watched_still, found.in_both) == (1, 1)
    answered, booked, won = found.measures
    assert (answered.reached.yes, answered.reached.of) == (20, 25)
    assert (answered.left_alone.yes, answered.left_alone.of) == (1, 21)
    assert answered.effect is not None
    assert answered.effect.is_told
    assert booked.effect is not None
    assert not booked.effect.is_told
    assert (won.reached.yes, won.left_alone.yes) == (0, 0)
    assert (walled.sent, walled.people, walled.answered) == (2, 2, 2)
    assert [one.effect for one in walled.measures] == [None, None, None]
    assert (walled.measures[0].left_alone.of, walled.in_both, walled.watched_still) == (1, 0, 0)
