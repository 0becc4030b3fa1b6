"""Pictures that hosts have named and nobody has fetched yet: one wish a login, the newest.

find_wish(conn, user_id) -> Wish | None
count_wishes_due(conn, now) -> int
upsert_wish(conn, user_id, url, *, now)                          in place of the one before
replace_wishes_taken(conn, *, now, until, limit) -> tuple        the next ones; a taker who dies is followed at `until`
replace_wish_done(conn, wish, *, fetched_at)                     None: it was given up
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from cockpit.storage.access_tables import avatar_wish
from cockpit.storage.engines import engine_of
from cockpit.storage.frames import own_columns

MOST_ATTEMPTS = 3  # who dies of a picture three times does not try it again


@dataclass(frozen=True, slots=True)
class Wish:
    """The picture of a login, by its address; without `due_at` it is done."""

    user_id: UUID
    url: str
    wanted_at: datetime
    attempts: int
    due_at: datetime | None
    fetched_at: datetime | None


def find_wish(conn: Connection, user_id: UUID) -> Wish | None:
    """What was wished last for a login."""
    row = conn.execute(select(*own_columns(avatar_wish)).where(avatar_wish.c.user_id == user_id)).one_or_none()
    return None if row is None else Wish(**row._mapping)


def count_wishes_due(conn: Connection, now: datetime) -> int:
    """How many pictures wait to be fetched."""
    return conn.execute(select(func.count()).select_from(avatar_wish).where(*_due(now))).scalar_one()


def upsert_wish(conn: Connection, user_id: UUID, url: str, *, now: datetime) -> None:
    """Wish for a picture, now."""
    wish = {"url": url, "wanted_at": now, "attempts": 0, "due_at": now, "fetched_at": None}
    statement = insert(avatar_wish).values(user_id=user_id, **wish)
    conn.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=wish))


def replace_wishes_taken(conn: Connection, *, now: datetime, until: datetime, limit: int) -> tuple[Wish, ...]:
    """Take the wishes that have been due longest; until then they are nobody else's."""
    oldest = (
        select(avatar_wish.c.user_id)
        .where(*_due(now))
        .order_by(avatar_wish.c.due_at, avatar_wish.c.user_id)
        .limit(limit)
    )
    ids = tuple(conn.scalars(engine_of(conn).locked(oldest, skip=True)))
    if not ids:
        return ()
    taken = update(avatar_wish).where(avatar_wish.c.user_id.in_(ids))
    rows = conn.execute(
        taken.values(due_at=until, attempts=avatar_wish.c.attempts + 1).returning(*own_columns(avatar_wish))
    )
    return tuple(Wish(**row._mapping) for row in rows)


def replace_wish_done(conn: Connection, wish: Wish, *, fetched_at: datetime | None) -> None:
    """Take a wish off the list, unless there is another address by now."""
    same = update(avatar_wish).where(avatar_wish.c.user_id == wish.user_id, avatar_wish.c.url == wish.url)
    conn.execute(same.values(due_at=None, fetched_at=fetched_at))


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return avatar_wish.c.due_at <= now, avatar_wish.c.attempts < MOST_ATTEMPTS
