"""What a rehearsal reads: signals and people in frames, so that a quarter of a year is few statements.

list_triggers(conn, workspace_id, types, *, since, until) -> frame        what a rule would have looked at, in order
list_moments(conn, workspace_id, people, types, *, since, until, ever) -> frame     when they had signals, in numbers
list_reached(conn, workspace_id, ids) -> frame                            people as guards see them
list_agreed(conn, workspace_id, ids) -> frame                             consents
list_sent(conn, workspace_id, *, since, until, but_rule) -> frame         what really went out, less this rule's own
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import BigInteger, ColumnElement, Connection, or_, select, type_coerce

from cockpit.model.ids import WorkspaceId
from cockpit.storage.attempts import FILLING
from cockpit.storage.automation_tables import attempt, consent
from cockpit.storage.frames import NOBODY, chosen, listed, places, read_fixed, read_frame
from cockpit.storage.schema import person, signal

TRIGGER = ("person_id", "occurred_at", "source", "source_event_id", "channel")
REACHED = ("person_id", "email", "phone", "owner_id", "do_not_contact", "time_zone", "country")
AGREED = ("person_id", "channel", "basis", "granted_at", "expires_at", "withdrawn_at")
SENT = ("person_id", "sent_at", "channel", "origin", "rule_key", "requested_by")


def list_triggers(
    conn: Connection, workspace_id: WorkspaceId, types: Collection[str], *, since: datetime, until: datetime
) -> pl.DataFrame:
    """The signals of these types from an instant on and before another."""
    columns = [signal.c[name] for name in TRIGGER]
    query = select(*columns).where(signal.c.workspace_id == workspace_id, signal.c.type.in_(types))
    found = read_frame(conn, query.where(signal.c.occurred_at >= since, signal.c.occurred_at < until))
    return found.sort("occurred_at", "source", "source_event_id")


def list_moments(
    conn: Connection,
    workspace_id: WorkspaceId,
    people: Sequence[str],
    types: Sequence[str],
    *,
    since: datetime,
    until: datetime,
    ever: int = 0,
) -> pl.DataFrame:
    """When these people had signals of these types since an instant, of the first so many types at any time.

    Both come as `place` and `code`, their places in the lists.
    """
    who, what = places("people", signal.c.person_id), places("types", signal.c.type)
    index = [(type_coerce(at.c.place, BigInteger) - 1).label(name) for at, name in ((who, "place"), (what, "code"))]
    columns: list[ColumnElement[Any]] = [*index, signal.c.occurred_at]
    query = (
        select(*columns)
        .select_from(signal)
        .join(who, who.c.person_id == signal.c.person_id)
        .join(what, what.c.type == signal.c.type)
        .where(signal.c.workspace_id == workspace_id, signal.c.occurred_at < until)
        .where(or_(signal.c.occurred_at >= since, what.c.place <= ever))
    )
    return read_fixed(conn, query, {"people": listed(people or [NOBODY]), "types": listed(types)})


def list_reached(conn: Connection, workspace_id: WorkspaceId, ids: Collection[str]) -> pl.DataFrame:
    """These people."""
    columns = [person.c[name] for name in REACHED]
    with chosen(conn, ids) as wanted:
        query = select(*columns).join(wanted, wanted.c.person_id == person.c.person_id)
        return read_frame(conn, query.where(person.c.workspace_id == workspace_id))


def list_agreed(conn: Connection, workspace_id: WorkspaceId, ids: Collection[str]) -> pl.DataFrame:
    """What these people agreed to."""
    columns = [consent.c[name] for name in AGREED]
    with chosen(conn, ids) as wanted:
        query = select(*columns).join(wanted, wanted.c.person_id == consent.c.person_id)
        found = read_frame(conn, query.where(consent.c.workspace_id == workspace_id))
    return found.sort("person_id", "granted_at")


def list_sent(
    conn: Connection, workspace_id: WorkspaceId, *, since: datetime, until: datetime, but_rule: str
) -> pl.DataFrame:
    """What went out meanwhile for other reasons than this rule."""
    columns = [attempt.c[name] for name in SENT]
    others = or_(attempt.c.rule_key.is_(None), attempt.c.rule_key != but_rule)
    query = select(*columns).where(attempt.c.workspace_id == workspace_id, attempt.c.state.in_(FILLING), others)
    found = read_frame(conn, query.where(attempt.c.sent_at >= since, attempt.c.sent_at < until))
    return found.sort("sent_at")
