"""Signals, stored once and never changed.

    insert_new(conn, workspace_id, frame) -> Inserted
        frame: columns of `signal` without workspace_id; every row gets one outcome, also repeats within the frame
    append_new(conn, workspace_id, frame) -> int    rows whose ids are known to be new: several times as fast
    list_signals(conn, workspace_id, ids, *, before=None, scope=None) -> frame
        with person_id, type, occurred_at, value, scheduled_for
    list_digests(conn, workspace_id, frame) -> frame(source, source_event_id, known_digest)   of stored signals
    count_signals(conn, workspace_id) -> int
The entries of one person's timeline: cockpit.storage.timeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, FromClause, Insert, Select, and_, func, select
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.at_once import OF_WORKSPACE, Ask, at_once
from cockpit.storage.frames import bulk_insert, chosen, in_workspace, read_frame
from cockpit.storage.schema import signal
from cockpit.storage.wall import visible_to

NEW, DUPLICATE, CONFLICT = "new", "duplicate", "conflict"
KEY = ("source", "source_event_id")
REPLAYED = tuple(signal.c[name] for name in ("person_id", "type", "occurred_at", "value", "scheduled_for"))


@dataclass(frozen=True, slots=True)
class Inserted:
    """What became of each row of a batch: its rows in their order, with `outcome` and `known_digest`."""

    rows: pl.DataFrame

    @property
    def new(self) -> pl.DataFrame:
        """The rows that are stored now and were not before."""
        return self.rows.filter(pl.col("outcome") == NEW)

    @property
    def duplicates(self) -> pl.DataFrame:
        """The rows that were stored before with the same body."""
        return self.rows.filter(pl.col("outcome") == DUPLICATE)

    @property
    def conflicts(self) -> pl.DataFrame:
        """The rows whose id is taken by another body, whose digest is `known_digest`."""
        return self.rows.filter(pl.col("outcome") == CONFLICT)


def insert_new(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> Inserted:
    """Store the signals whose (source, source_event_id) is new; say of every other whether its body is the same."""
    first = frame.unique(subset=KEY, keep="first", maintain_order=True)
    stored = _insert_unknown(conn, workspace_id, first)
    if stored.height == frame.height:
        return Inserted(frame.with_columns(outcome=pl.lit(NEW), known_digest=pl.lit(None, pl.String)))
    batch = frame.with_row_index("position")
    marked = batch.unique(subset=KEY, keep="first", maintain_order=True).select("position", is_first=pl.lit(value=True))
    is_first = batch.join(marked, on="position", how="left", maintain_order="left")
    judged = is_first.join(stored.with_columns(is_stored=pl.lit(value=True)), on=KEY, how="left", maintain_order="left")
    known = list_digests(conn, workspace_id, first.join(stored, on=KEY, how="anti").select(KEY))
    known = pl.concat([known, first.join(stored, on=KEY, how="semi").select(*KEY, known_digest="digest")])
    is_new = pl.col("is_stored").is_not_null() & pl.col("is_first").is_not_null()
    outcome = (
        pl.when(is_new)
        .then(pl.lit(NEW))
        .when(pl.col("digest") == pl.col("known_digest"))
        .then(pl.lit(DUPLICATE))
        .otherwise(pl.lit(CONFLICT))
    )
    rows = judged.join(known, on=KEY, how="left", maintain_order="left").with_columns(outcome=outcome)
    return Inserted(rows.select(*frame.columns, "outcome", "known_digest"))


def append_new(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Store signals whose ids are known to be new; an id that is not fails the transaction."""
    return bulk_insert(conn, signal, in_workspace(frame, workspace_id).sort(KEY))


def list_signals(
    conn: Connection,
    workspace_id: WorkspaceId,
    ids: Iterable[UUID | str],
    *,
    before: datetime | None = None,
    scope: Scope | None = None,
) -> pl.DataFrame:
    """The signals of these people, as a replay reads them; only earlier ones when an instant is given."""
    with chosen(conn, ids) as wanted:
        query = select(*REPLAYED).join(wanted, wanted.c.person_id == signal.c.person_id)
        query = query.where(signal.c.workspace_id == workspace_id, *visible_to(scope, signal))
        return read_frame(conn, _before(query, before))


def count_signals(conn: Connection, workspace_id: WorkspaceId, *, scope: Scope | None = None) -> int:
    """How many signals a workspace has."""
    query = select(func.count()).select_from(signal).where(signal.c.workspace_id == workspace_id)
    return int(conn.execute(query.where(*visible_to(scope, signal))).scalar_one())


def find_last_signal_at(
    conn: Connection, workspace_id: WorkspaceId, before: datetime, *, scope: Scope | None = None
) -> datetime | None:
    """When the newest signal before an instant occurred."""
    query = select(func.max(signal.c.occurred_at)).where(signal.c.workspace_id == workspace_id)
    found: datetime | None = conn.execute(_before(query.where(*visible_to(scope, signal)), before)).scalar_one()
    return found


def _insert_unknown(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> pl.DataFrame:
    """Insert the rows whose key is free and answer their keys; sorted, so that two batches cannot block each other."""
    if not frame.height:
        return pl.DataFrame(schema=dict.fromkeys(KEY, pl.String))
    [stored] = at_once(conn, workspace_id, Ask(_unless_known, signal, in_workspace(frame, workspace_id).sort(KEY)))
    return stored


def _unless_known(given: FromClause) -> Insert:
    # all workspaces: the rows carry their workspace_id
    statement = insert(signal).from_select(given.c.keys(), select(given)).on_conflict_do_nothing()
    return statement.returning(*(signal.c[name] for name in KEY))


def list_digests(conn: Connection, workspace_id: WorkspaceId, keys: pl.DataFrame) -> pl.DataFrame:
    """The digests of stored signals."""
    [known] = at_once(conn, workspace_id, Ask(_digests, signal, keys))
    return known


def _digests(wanted: FromClause) -> Select[Any]:
    same = and_(*(wanted.c[name] == signal.c[name] for name in KEY))
    columns = (*(signal.c[name] for name in KEY), signal.c.digest.label("known_digest"))
    return select(*columns).join(wanted, same).where(signal.c.workspace_id == OF_WORKSPACE)


def _before(query: Select[Any], before: datetime | None) -> Select[Any]:
    """Only signals earlier than the instant."""
    return query if before is None else query.where(signal.c.occurred_at < before)
