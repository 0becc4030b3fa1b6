"""The ledger that cooldowns and caps count in: what went out, may have gone out, or is on its way.

find_ledger(conn, workspace_id, counted) -> Ledger

What waits counts for those that come after it only: otherwise two that wait would hold each other for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.types import TypeEngine

from cockpit.model.ids import WorkspaceId
from cockpit.storage.at_once import OF_WORKSPACE
from cockpit.storage.attempts import FILLING
from cockpit.storage.automation_tables import attempt
from cockpit.storage.together import Asked, rows_together
from scoring.guards.facts import Ledger, Origin, Sent, Tally

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
INSTANT: Final = DateTime(timezone=True)
AT = func.coalesce(attempt.c.sent_at, attempt.c.execute_after, attempt.c.created_at)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many there may be; of what is full it is asked when that ends."""

    member_day: int
    workspace_day: int
    workspace_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What is counted, but not the attempt itself and those that wait behind it."""

    now: datetime
    person_id: UUID
    sends_since: datetime  # to this person; of the workspace it is a day
    member_id: UUID | None
    rule_key: str | None
    limits: Limits
    itself: tuple[UUID, datetime] | None = None  # id and beginning; None: it is not stored yet, and after all others

    def values(self, workspace_id: WorkspaceId) -> dict[str, Any]:
        """The parameters of the statements."""
        identity, created_at = self.itself or (None, None)
        return {
            "of_workspace": workspace_id,
            "of_person": self.person_id,
            "of_member": self.member_id,
            "of_rule": self.rule_key,
            "itself": identity,
            "began": created_at,
            "day_ago": self.now - DAY,
            "minute_ago": self.now - MINUTE,
            "now": self.now,
        }


def find_ledger(conn: Connection, workspace_id: WorkspaceId, counted: Counted) -> Ledger:
    """What went or is about to go to one person, oldest first, and how many there were in the whole workspace."""
    values, stored = counted.values(workspace_id), counted.itself is not None
    sends, [tallies] = rows_together(
        conn,
        Asked(_sends(stored), {**values, "since": counted.sends_since}),
        Asked(_tallies(stored), {**values, "since": values["day_ago"]}),
    )
    limits = counted.limits
    windows = ((limits.member_day, DAY), (limits.workspace_day, DAY), (limits.workspace_minute, MINUTE))
    full = []
    for place, (most, window) in enumerate(windows):
        count, left_at = tallies[place], tallies[len(windows) + 1 + place]
        if 0 < most < count:  # there were more already: it is not the first one that makes room
            asked = Asked(_left_at(stored, place), {**values, "since": values["day_ago"], "passed": count - most})
            [[[left_at]]] = rows_together(conn, asked)
        full.append(Tally(count, left_at + window if 0 < most <= count else None))
    sent = tuple(Sent(at, channel, cast(Origin, origin), rule_key) for at, channel, origin, rule_key in sends)
    by_member, by_all, lately = full
    return Ledger(sent, by_member, by_all, lately, Tally(tallies[3]))


@cache
def _sends(stored: bool) -> Select[Any]:
    query = select(AT.label("at"), attempt.c.channel, attempt.c.origin, attempt.c.rule_key)
    theirs = query.where(attempt.c.workspace_id == OF_WORKSPACE, attempt.c.person_id == _given("of_person", Uuid()))
    return theirs.where(*_counted(stored)).order_by(AT, attempt.c.attempt_id)


@cache
def _tallies(stored: bool) -> Any:
    """The counts of the last 24 hours, and of the last minute those that were really sent; when the first ones went."""
    kinds = (*_kinds(), attempt.c.rule_key == _given("of_rule", String()))
    counts = [func.count().filter(kind) for kind in kinds]
    firsts = [func.min(_goes_at()).filter(kind) for kind in _kinds()]
    return select(*counts, *firsts).where(attempt.c.workspace_id == OF_WORKSPACE, *_counted(stored))


@cache
def _left_at(stored: bool, place: int) -> Select[Any]:
    """When the one went that comes after some others."""
    at = _goes_at()
    query = select(at).where(attempt.c.workspace_id == OF_WORKSPACE, *_counted(stored), _kinds()[place])
    return query.order_by(at).offset(_given("passed", Integer())).limit(1)


def _kinds() -> tuple[ColumnElement[bool], ...]:
    """What has a limit: the outreaches of a member, automatic ones, and automatic ones of the last minute."""
    automatic = attempt.c.origin != "manual"
    recent = and_(automatic, attempt.c.sent_at > _given("minute_ago", INSTANT))
    return (attempt.c.requested_by == _given("of_member", Uuid()), automatic, recent)


def _goes_at() -> ColumnElement[datetime]:
    """What waits will go now at the earliest."""
    return func.coalesce(attempt.c.sent_at, func.greatest(AT, _given("now", INSTANT)))


def _counted(stored: bool) -> tuple[ColumnElement[Any], ...]:
    """What fills windows since an instant; of what waits only that which came before."""
    waits = and_(attempt.c.sent_at.is_(None), attempt.c.execute_after.is_not(None))
    fills = attempt.c.state.in_(FILLING)
    sent = attempt.c.sent_at > _given("since", INSTANT)
    if not stored:
        return (fills, or_(sent, waits))
    itself, began = _given("itself", Uuid()), _given("began", INSTANT)
    earlier = or_(attempt.c.created_at < began, and_(attempt.c.created_at == began, attempt.c.attempt_id < itself))
    return (fills, or_(sent, and_(waits, earlier)), attempt.c.attempt_id != itself)


def _given(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    return bindparam(name, None, kind)
