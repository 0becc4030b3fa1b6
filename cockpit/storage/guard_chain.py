"""The guard log as it is stored: entries in one chain per workspace, and the head of the chain.

get_head(conn, workspace_id) -> Head                  locked: whoever holds it writes the next entry
head_asked(workspace_id) -> Asked                     the same, to be sent with other statements
insert_entries(conn, workspace_id, entries, first=()) and moves the head to the last of them; `first` goes before
find_head(conn, workspace_id) -> Head | None          without a lock
list_entries(conn, workspace_id, *, after=0, limit=1_000) -> tuple[Entry, ...]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, String, Update, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.at_once import OF_WORKSPACE
from cockpit.storage.automation_tables import guard_head, guard_log
from cockpit.storage.engines import engine_of
from cockpit.storage.together import Asked, new_row, rows_together

GENESIS = "0" * 64  # what the first entry follows
FEW = 10  # entries that are sent one by one, with text that was written once


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a chain."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; the hash is that of the previous hash and the very text of the body."""

    seq: int
    previous_hash: str
    hash: str
    body: str


class NoChain(Exception):
    """Nothing was ever attempted in a workspace: its chain begins in a transaction that holds nothing else."""


def get_head(conn: Connection, workspace_id: WorkspaceId) -> Head:
    """The head of a workspace's chain, until the end of the transaction nobody else's.

    It is the first lock of every transaction that reserves or claims: what they count cannot change under them.
    """
    query = engine_of(conn).locked(_head(workspace_id))
    row = conn.execute(query).one_or_none()
    if row is None:
        new = upsert(guard_head).values(workspace_id=workspace_id, seq=0, hash=GENESIS)
        conn.execute(new.on_conflict_do_nothing(index_elements=["workspace_id"]))
        row = conn.execute(query).one()
    return Head(row.seq, row.hash)


def head_asked(workspace_id: WorkspaceId) -> Asked:
    """The head of a chain, locked; no row: nothing was ever attempted."""
    return Asked(_locked_head(), {"of_workspace": workspace_id}, locks=True)


def insert_entries(
    conn: Connection, workspace_id: WorkspaceId, entries: Sequence[Entry], first: Sequence[Asked] = ()
) -> None:
    """Add entries that follow the head, which is locked; `first` is sent on the way."""
    if not entries:
        return
    rows = [{"workspace_id": workspace_id, **_fields(one)} for one in entries]
    last = entries[-1]
    moved = Asked(_moved(), {"of_workspace": workspace_id, "last_seq": last.seq, "last_hash": last.hash})
    if len(rows) <= FEW:
        rows_together(conn, *first, *(Asked(new_row(guard_log), row) for row in rows), moved)
        return
    rows_together(conn, *first, moved)
    conn.execute(insert(guard_log).values(rows))


def find_head(conn: Connection, workspace_id: WorkspaceId) -> Head | None:
    """The head of a workspace's chain; None: nothing was ever attempted."""
    row = conn.execute(_head(workspace_id)).one_or_none()
    return None if row is None else Head(row.seq, row.hash)


def list_entries(
    conn: Connection, workspace_id: WorkspaceId, *, after: int = 0, limit: int = 1_000
) -> tuple[Entry, ...]:
    """The next entries, in their order."""
    query = select(guard_log.c.seq, guard_log.c.previous_hash, guard_log.c.hash, guard_log.c.body)
    mine = query.where(guard_log.c.workspace_id == workspace_id, guard_log.c.seq > after)
    return tuple(Entry(*row) for row in conn.execute(mine.order_by(guard_log.c.seq).limit(limit)))


def _fields(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__dataclass_fields__}


@cache
def _moved() -> Update:
    mine = update(guard_head).where(guard_head.c.workspace_id == OF_WORKSPACE)
    return mine.values(seq=bindparam("last_seq", None, BigInteger()), hash=bindparam("last_hash", None, String()))


@cache
def _locked_head() -> Select[tuple[int, str]]:
    mine = guard_head.c.workspace_id == OF_WORKSPACE
    return select(guard_head.c.seq, guard_head.c.hash).where(mine)


def _head(workspace_id: WorkspaceId) -> Select[tuple[int, str]]:
    return select(guard_head.c.seq, guard_head.c.hash).where(guard_head.c.workspace_id == workspace_id)
