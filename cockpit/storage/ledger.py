"""The ledger that cooldowns and caps count in: what went out, may have gone out, or is on its way.

list_sends(conn, workspace_id, person_id, counted) -> tuple[Sent, ...]
find_tallies(conn, workspace_id, counted, limits, *, rule_key, member_id) -> Tallies

What waits counts for those that come after it only: otherwise two that wait would hold each other for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.attempts import FILLING
from cockpit.storage.automation_tables import attempt
from scoring.guards.facts import Origin, Sent, Tally

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
AT = func.coalesce(attempt.c.sent_at, attempt.c.execute_after, attempt.c.created_at)


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: everything since an instant, but not the attempt itself and those that wait behind it."""

    now: datetime
    since: datetime
    attempt_id: UUID | None = None  # None: one that is not stored yet, which comes after all others
    created_at: datetime | None = None

    def conditions(self) -> tuple[ColumnElement[Any], ...]:
        """The same in SQL."""
        waits = and_(attempt.c.sent_at.is_(None), attempt.c.execute_after.is_not(None))
        if self.attempt_id is None:
            return (attempt.c.state.in_(FILLING), or_(attempt.c.sent_at > self.since, waits))
        earlier = or_(
            attempt.c.created_at < self.created_at,
            and_(attempt.c.created_at == self.created_at, attempt.c.attempt_id < self.attempt_id),
        )
        others = attempt.c.attempt_id != self.attempt_id
        return (attempt.c.state.in_(FILLING), or_(attempt.c.sent_at > self.since, and_(waits, earlier)), others)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many there may be; of what is full it is asked when that ends."""

    member_day: int
    workspace_day: int
    workspace_minute: int


@dataclass(frozen=True, slots=True)
class Tallies:
    """How many there were in the whole workspace."""

    member_day: Tally
    workspace_day: Tally
    workspace_minute: Tally
    rule_day: Tally


def list_sends(conn: Connection, workspace_id: WorkspaceId, person_id: UUID, counted: Counted) -> tuple[Sent, ...]:
    """What went or is about to go to one person, oldest first."""
    query = select(AT.label("at"), attempt.c.channel, attempt.c.origin, attempt.c.rule_key).where(
        attempt.c.workspace_id == workspace_id, attempt.c.person_id == person_id, *counted.conditions()
    )
    rows = conn.execute(query.order_by(AT, attempt.c.attempt_id))
    return tuple(Sent(at, channel, cast(Origin, origin), rule_key) for at, channel, origin, rule_key in rows)


def find_tallies(
    conn: Connection,
    workspace_id: WorkspaceId,
    counted: Counted,
    limits: Limits,
    *,
    rule_key: str | None,
    member_id: UUID | None,
) -> Tallies:
    """The counts of the last 24 hours, and of the last minute those that were really sent."""
    automatic = attempt.c.origin != "manual"
    recent = and_(automatic, attempt.c.sent_at > counted.now - MINUTE)
    kinds = (attempt.c.requested_by == member_id, automatic, recent, attempt.c.rule_key == rule_key)
    mine = (attempt.c.workspace_id == workspace_id, *counted.conditions())
    counts = conn.execute(select(*(func.count().filter(kind) for kind in kinds)).where(*mine)).one()
    windows = ((limits.member_day, DAY), (limits.workspace_day, DAY), (limits.workspace_minute, MINUTE), (0, DAY))
    found = []
    for kind, count, (most, window) in zip(kinds, counts, windows, strict=True):
        leaves_at = _leaves_at(conn, counted.now, count - most, *mine, kind) if 0 < most <= count else None
        found.append(Tally(int(count), leaves_at and leaves_at + window))
    return Tallies(*found)


def _leaves_at(conn: Connection, now: datetime, place: int, *conditions: ColumnElement[Any]) -> datetime:
    """When the one at a place went; what waits will go now at the earliest."""
    at = func.coalesce(attempt.c.sent_at, func.greatest(AT, now))
    found: datetime = conn.execute(select(at).where(*conditions).order_by(at).offset(place).limit(1)).scalar_one()
    return found
