"""PostgreSQL answers the panels from the top of their indexes, without reading the rest."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Connection, event, text

from cockpit.model.ids import WorkspaceId
from cockpit.storage import scores, signals
from cockpit.storage.database import Database
from cockpit.storage.engines import engine_named
from cockpit.storage.frames import bulk_insert, in_workspace
from cockpit.storage.panel_index import Reach, find_lines
from cockpit.storage.schema import person, score, signal, suggested_action
from tests.storage.rows import NOW, card_row, person_row, score_row, signal_row

PEOPLE = 5_000
PANELS = ("priority", "hot", "follow_up", "stale", "reconnect_recent", "reconnect_oldies", "recent")


def workspace_person(number: int) -> str:
    """The id of one of the crowd."""
    return f"00000000-0000-0000-0000-{number:012d}"


@pytest.fixture
def crowd(db: Database, workspace: WorkspaceId) -> WorkspaceId:
    """A workspace of many people, each with a score and a card."""
    ids = pl.DataFrame({"person_id": [workspace_person(n) for n in range(PEOPLE)]})
    number = pl.int_range(PEOPLE, dtype=pl.Int64)
    keys = {f"{panel}_key": (number * 7919 % PEOPLE).cast(pl.Float64) for panel in PANELS}
    with db.write() as conn:
        several(conn, person, workspace, ids, person_row(workspace, "a"), external_id=number.cast(pl.String))
        several(conn, score, workspace, ids, score_row(workspace, "a"), **keys)
        card = card_row("a")
        several(conn, suggested_action, workspace, ids, card, action_id=pl.col("person_id"), rank_key=number * 1.0)
        event_of = pl.concat_str(pl.lit("e"), number)
        several(conn, signal, workspace, ids, signal_row("0", "a"), source_event_id=event_of)
    db.settle()
    return workspace


def several(
    conn: Connection, table: Any, workspace: WorkspaceId, ids: pl.DataFrame, row: dict[str, Any], **more: pl.Expr
) -> None:
    """The same row for each id, but for the columns given."""
    frame = ids.join(pl.DataFrame([row]).drop("person_id"), how="cross").with_columns(**more)
    bulk_insert(conn, table, in_workspace(frame, workspace))


def plans(db: Database, ask: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How the server would run each statement of a read."""
    seen: list[Any] = []
    engine = engine_named(db.engine_name)
    read = engine.read_frame
    with db.read() as conn, monkeypatch.context() as patch:
        patch.setattr(engine, "read_frame", lambda conn, query, *named: seen.append(query) or read(conn, query, *named))
        event.listen(conn, "before_execute", lambda _conn, statement, *_: seen.append(statement))
        ask(conn)
        said = [str(one.compile(conn.engine, compile_kwargs={"literal_binds": True})) for one in seen]
        return ["\n".join(conn.execute(text(f"EXPLAIN {one}")).scalars()) for one in said]


@pytest.mark.parametrize("engine_name", ["postgresql"])  # DuckDB has no such indexes: decision 0002
def test_panels_read_their_indexes(db: Database, crowd: WorkspaceId, monkeypatch: pytest.MonkeyPatch) -> None:
    now = NOW - timedelta(days=1)
    reads: dict[str, Any] = {
        f"ix_score_{panel}": partial(find_lines, reach=Reach(crowd, now, 25, {f"{panel}_key": 0.5})) for panel in PANELS
    }
    reads["ix_suggested_action_rank"] = partial(find_lines, reach=Reach(crowd, now, 25, {"rank_key": 0.0}))
    reads["ix_score_due_at"] = partial(scores.list_due, workspace_id=crowd, now=now, limit=25)
    reads["ix_signal_person_time"] = partial(signals.list_signals, workspace_id=crowd, ids=[workspace_person(7)])
    for index, read in reads.items():
        for plan in plans(db, read, monkeypatch):
            assert index in plan
            assert "Seq Scan" not in plan
