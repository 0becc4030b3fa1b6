"""Attempts: one row per outreach, from the click or the rule to what became of it.

insert_attempt(conn, workspace_id, attempt)
attempt_asked(workspace_id, attempt) -> Asked           the same, to be sent with other statements
get_attempt(conn, workspace_id, attempt_id, *, scope=None) -> Attempt          raises NotFound
find_attempt(conn, workspace_id, attempt_id) -> Attempt | None
find_attempt_of(conn, workspace_id, *, client_reference, engagement_id) -> Attempt | None
list_attempts(conn, workspace_id, about=About(), *, states=(), scope=None, limit=100) -> tuple[Attempt, ...]
count_attempts(conn, workspace_id, about=About(), *, since) -> Mapping[str, int]     by state
count_waiting(conn, workspace_id, about) -> int         not sent yet, or to be tried again
replace_waiting(conn, workspace_id, about, changes) -> tuple[Attempt, ...]           what had not left, as it was
replace_tries(conn, workspace_id, about, *, why, now) -> int          what may have left is not tried again
replace_attempt(conn, workspace_id, attempt_id, expect, changes) -> bool             False: it is not as expected
replace_refused(conn, workspace_id, ids, *, now) -> int       what waits for people who want no contact any more
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, or_, select, update

from cockpit.errors import NotFound
from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.automation_tables import attempt, guard_note
from cockpit.storage.frames import chosen, own_columns
from cockpit.storage.together import Asked, new_row, rows_together
from cockpit.storage.wall import visible_to

RESERVED: Final = "RESERVED"  # waits: for the end of the undo window, for a guard to open, for another try
SENDING: Final = "SENDING"
ACCEPTED: Final = "ACCEPTED"
COMPLETED: Final = "COMPLETED"
FAILED_NOT_SENT: Final = "FAILED_NOT_SENT"
UNKNOWN: Final = "UNKNOWN"
CANCELLED: Final = "CANCELLED"
BLOCKED: Final = "BLOCKED"
STATES: Final = (RESERVED, SENDING, ACCEPTED, COMPLETED, FAILED_NOT_SENT, UNKNOWN, CANCELLED, BLOCKED)
# What fills a guard window: it went out, may have, or is about to.
FILLING: Final = (RESERVED, SENDING, ACCEPTED, COMPLETED, UNKNOWN)
REFUSED: Final = "The person does not want to be contacted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One outreach."""

    attempt_id: UUID
    person_id: PersonId
    origin: str
    rule_key: str | None = None
    workflow_run_id: UUID | None = None
    batch_id: UUID | None = None
    action_id: UUID | None = None
    action_type: str
    channel: str
    hub_type: str
    instruction: str
    request: Mapping[str, Any] | None = None
    guard_window: str
    evidence_at: datetime | None = None
    state: str
    reason: str | None = None
    execute_after: datetime | None = None
    held_until: datetime | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    attempt_no: int = 0
    idempotency_key: str
    client_reference: str
    engagement_id: str | None = None
    outcome: str | None = None
    error: str | None = None
    requested_by: MemberId | None = None
    sent_at: datetime | None = None
    finished_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


FIELDS: Final = tuple(Attempt.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class About:
    """Which attempts are meant; what is None is left open."""

    person_id: UUID | None = None
    rule_key: str | None = None
    batch_id: UUID | None = None
    workflow_run_id: UUID | None = None
    attempt_id: UUID | None = None

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """The same in SQL."""
        return tuple(attempt.c[name] == value for name, value in asdict(self).items() if value is not None)


@dataclass(frozen=True, slots=True)
class Expect:
    """How a row must be for it to be changed; a worker names its lease, so that one who comes late changes nothing."""

    states: Collection[str]
    owner: str | None = None
    attempt_no: int | None = None

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """The same in SQL."""
        made: list[ColumnElement[bool]] = [attempt.c.state.in_(self.states)]
        if self.owner is not None:
            made.append(attempt.c.lease_owner == self.owner)
        if self.attempt_no is not None:
            made.append(attempt.c.attempt_no == self.attempt_no)
        return tuple(made)


def insert_attempt(conn: Connection, workspace_id: WorkspaceId, new: Attempt) -> None:
    """Add an attempt."""
    rows_together(conn, attempt_asked(workspace_id, new))


def attempt_asked(workspace_id: WorkspaceId, new: Attempt) -> Asked:
    """The same, to be sent with other statements."""
    return Asked(new_row(attempt), {"workspace_id": workspace_id, **{name: getattr(new, name) for name in FIELDS}})


def get_attempt(
    conn: Connection, workspace_id: WorkspaceId, attempt_id: UUID, *, scope: Scope | None = None
) -> Attempt:
    """One attempt.

    Raises:
        NotFound: There is none, or none on this side of the wall.
    """
    query = _attempts(workspace_id, About(attempt_id=attempt_id), *visible_to(scope, attempt))
    row = conn.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such execution.")
    return Attempt(**row._mapping)


def find_attempt(conn: Connection, workspace_id: WorkspaceId, attempt_id: UUID) -> Attempt | None:
    """One attempt, or None."""
    row = conn.execute(_attempts(workspace_id, About(attempt_id=attempt_id))).one_or_none()
    return None if row is None else Attempt(**row._mapping)


def find_attempt_of(
    conn: Connection, workspace_id: WorkspaceId, *, client_reference: str | None, engagement_id: str | None
) -> Attempt | None:
    """The attempt that an update of the Hub speaks of; our own reference wins over the Hub's."""
    same = [
        column == value
        for column, value in ((attempt.c.client_reference, client_reference), (attempt.c.engagement_id, engagement_id))
        if value
    ]
    if not same:
        return None
    rows = [Attempt(**row._mapping) for row in conn.execute(_attempts(workspace_id, About(), or_(*same)))]
    return max(rows, key=lambda one: (one.client_reference == client_reference, one.created_at), default=None)


def list_attempts(
    conn: Connection,
    workspace_id: WorkspaceId,
    about: About = About(),
    *,
    states: Collection[str] = (),
    scope: Scope | None = None,
    limit: int = 100,
) -> tuple[Attempt, ...]:
    """The newest attempts of a kind, newest first."""
    query = _attempts(workspace_id, about, *visible_to(scope, attempt))
    if states:
        query = query.where(attempt.c.state.in_(states))
    ordered = query.order_by(attempt.c.created_at.desc(), attempt.c.attempt_id).limit(limit)
    return tuple(Attempt(**row._mapping) for row in conn.execute(ordered))


def count_attempts(
    conn: Connection,
    workspace_id: WorkspaceId,
    about: About = About(),
    *,
    since: datetime,
) -> Mapping[str, int]:
    """How many attempts of a kind there are in each state."""
    query = select(attempt.c.state, func.count()).where(
        attempt.c.workspace_id == workspace_id, attempt.c.created_at >= since, *about.conditions()
    )
    return {state: int(count) for state, count in conn.execute(query.group_by(attempt.c.state))}


def count_waiting(conn: Connection, workspace_id: WorkspaceId, about: About) -> int:
    """How many attempts can still be taken back: nothing has left, or no further try need be made."""
    again = and_(attempt.c.state == UNKNOWN, attempt.c.execute_after.is_not(None))
    query = select(func.count()).select_from(attempt).where(attempt.c.workspace_id == workspace_id)
    found = conn.execute(query.where(*about.conditions(), or_(attempt.c.state == RESERVED, again)))
    return int(found.scalar_one())


def replace_waiting(
    conn: Connection, workspace_id: WorkspaceId, about: About, changes: Mapping[str, Any]
) -> tuple[Attempt, ...]:
    """Change everything that has not left."""
    mine = update(attempt).where(attempt.c.workspace_id == workspace_id, *about.conditions())
    changed = mine.where(attempt.c.state == RESERVED).values(**changes).returning(*own_columns(attempt))
    return tuple(Attempt(**row._mapping) for row in conn.execute(changed))


def replace_tries(conn: Connection, workspace_id: WorkspaceId, about: About, *, why: str, now: datetime) -> int:
    """Try nothing again that may have left; answers how many would have been."""
    mine = update(attempt).where(attempt.c.workspace_id == workspace_id, *about.conditions())
    again = mine.where(attempt.c.state == UNKNOWN, attempt.c.execute_after.is_not(None))
    return conn.execute(again.values(execute_after=None, reason=why, updated_at=now)).rowcount


def replace_attempt(
    conn: Connection, workspace_id: WorkspaceId, attempt_id: UUID, expect: Expect, changes: Mapping[str, Any]
) -> bool:
    """Change an attempt if it is as expected."""
    mine = update(attempt).where(attempt.c.workspace_id == workspace_id, attempt.c.attempt_id == attempt_id)
    return bool(conn.execute(mine.where(*expect.conditions()).values(**changes)).rowcount)


def replace_refused(conn: Connection, workspace_id: WorkspaceId, ids: Iterable[UUID | str], *, now: datetime) -> int:
    """Cancel what waits for people who do not want to be contacted any more, and note it for the guard log."""
    free = {"execute_after": None, "held_until": None, "lease_owner": None, "lease_until": None}
    with chosen(conn, ids) as refused:
        theirs = update(attempt).where(
            attempt.c.workspace_id == workspace_id,
            attempt.c.state == RESERVED,
            attempt.c.person_id.in_(select(refused.c.person_id)),
        )
        ended = theirs.values(state=CANCELLED, reason=REFUSED, finished_at=now, updated_at=now, **free)
        ended_ids = conn.execute(ended.returning(attempt.c.attempt_id)).scalars().all()
    note = {"workspace_id": workspace_id, "event": "cancelled", "state": CANCELLED, "reason": REFUSED, "noted_at": now}
    if ended_ids:
        conn.execute(insert(guard_note).values([{**note, "attempt_id": one} for one in ended_ids]))
    return len(ended_ids)


def _attempts(workspace_id: WorkspaceId, about: About, *conditions: ColumnElement[bool]) -> Select[Any]:
    query = select(*own_columns(attempt)).where(attempt.c.workspace_id == workspace_id)
    return query.where(*about.conditions(), *conditions)
