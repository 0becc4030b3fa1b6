"""What a workspace scores with now, as it is stored, and whether signals wait on its tray: one read.

get_ground(conn, workspace_id) -> Ground       raises NotFound
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, FromClause, Select, String, cast, literal, null, select, union_all

from cockpit.errors import NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.storage.at_once import OF_WORKSPACE, Ask, at_once
from cockpit.storage.schema import score_model, signal_type, unmatched_signal, workspace

WORKSPACE, TYPE, MODEL, TRAY = "workspace", "type", "model", "tray"
NO_ROWS = pl.DataFrame(schema={"workspace_id": pl.String})


@dataclass(frozen=True, slots=True)
class Ground:
    """Signal types that the workspace changed or added, the valid model (None: the preset), and the tray."""

    types: tuple[tuple[str, str], ...]  # type -> spec as JSON, in order
    model: str | None
    has_parked: bool


def get_ground(conn: Connection, workspace_id: WorkspaceId) -> Ground:
    """What everything that follows from signals stands on.

    Raises:
        NotFound: There is no such workspace.
    """
    [found] = at_once(conn, workspace_id, Ask(_ground, workspace, NO_ROWS))
    rows = found.rows()
    kinds = {kind for kind, *_ in rows}
    if WORKSPACE not in kinds:
        raise NotFound("There is no such workspace.")
    types = tuple(sorted((name, spec) for kind, name, spec in rows if kind == TYPE))
    return Ground(types, next((spec for kind, _, spec in rows if kind == MODEL), None), TRAY in kinds)


def _ground(given: FromClause) -> Select[Any]:
    """Rows of four kinds: workspace_id decides in each of them."""
    del given
    parked, model = unmatched_signal, score_model
    newest = (
        select(cast(model.c.spec, String).label("spec"))
        .where(model.c.workspace_id == OF_WORKSPACE, model.c.valid_from.is_not(None))
        .order_by(model.c.valid_from.desc(), model.c.version.desc())
        .limit(1)
        .subquery()
    )
    waiting = select(literal(1)).select_from(parked).where(parked.c.workspace_id == OF_WORKSPACE).limit(1).subquery()
    none = cast(null(), String)
    parts = (
        select(_kind(WORKSPACE), cast(workspace.c.name, String).label("name"), none.label("spec")).where(
            workspace.c.workspace_id == OF_WORKSPACE
        ),
        select(_kind(TYPE), signal_type.c.type, cast(signal_type.c.spec, String)).where(
            signal_type.c.workspace_id == OF_WORKSPACE
        ),
        select(_kind(MODEL), none, newest.c.spec),
        select(_kind(TRAY), none, none).select_from(waiting),
    )
    return select(union_all(*parts).subquery())


def _kind(name: str) -> Any:
    return literal(name, String).label("kind")
