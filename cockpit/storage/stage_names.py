"""Names for frames that statements select from: the same name again for the same statement, which is compiled once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

DEPTH = "staged frames"


@contextmanager
def stage_name(conn: Connection) -> Iterator[str]:
    """A name no other frame of this connection has at the moment."""
    depth = int(conn.info.get(DEPTH, 0))
    conn.info[DEPTH] = depth + 1
    try:
        yield f"staged_{depth}"
    finally:
        conn.info[DEPTH] = depth
