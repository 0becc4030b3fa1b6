"""What a workspace holds, in a form that can be compared: one history gives one state, however it came."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Table, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Database
from cockpit.storage.frames import own_columns, read_frame
from cockpit.storage.schema import accumulator, conversation, member_day, person, score, signal, suggested_action

# Instants of our own clock, and what a card went through on the way, say when we worked, not what happened.
OURS = {"received_at", "created_at", "updated_at", "changed_at", "previous_state"}
TABLES = (person, signal, conversation, accumulator, score, member_day)


def rows_of(db: Database, workspace_id: WorkspaceId, table: Table) -> pl.DataFrame:
    with db.read() as conn:
        frame = read_frame(conn, select(*own_columns(table)).where(table.c.workspace_id == workspace_id))
    kept = frame.drop([name for name in frame.columns if name in OURS])
    numbers = [pl.col(name).round_sig_figs(9) for name, kind in kept.schema.items() if kind == pl.Float64]
    return kept.with_columns(numbers).sort(kept.columns)


def state_of(db: Database, workspace_id: WorkspaceId) -> dict[str, pl.DataFrame]:
    """Everything that follows from people and signals."""
    state = {table.name: rows_of(db, workspace_id, table) for table in TABLES}
    cards = rows_of(db, workspace_id, suggested_action)
    # The top card of each person; one that was the top on the way may stay open behind it.
    state["top cards"] = cards.filter(pl.col("rank_key").is_not_null())
    return state


def assert_same(left: dict[str, pl.DataFrame], right: dict[str, pl.DataFrame]) -> None:
    for name, frame in left.items():
        other = right[name]
        assert frame.height == other.height, f"{name}: {frame.height} rows and {other.height}"
        differing = [column for column in frame.columns if not frame[column].equals(other[column])]
        assert not differing, f"{name}: {differing}\n{frame.select(differing)}\n{other.select(differing)}"
