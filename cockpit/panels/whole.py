"""A panel with all of its rows, as a stream: the same rows in the same order as the screen, in bounded memory.

Pages are read in the order of the stored keys and computed at `now`. A stored key differs by the margin of its panel
at most, so everybody above the last key read plus that margin can go: nobody who comes later belongs before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.panel import PanelRow
from cockpit.model.viewer import Scope
from cockpit.panels.panel import Panel
from cockpit.panels.people_rows import people_panel
from cockpit.panels.registry import panel_named, rows
from cockpit.panels.setting import Setting, get_setting
from cockpit.panels.stage import Stage, in_order, of_people, reach
from cockpit.storage.database import Connection, Database
from cockpit.storage.panel_index import Reach, list_due
from cockpit.storage.panel_pages import list_pages

PAGE_ROWS = 5_000
EVERYTHING = 1_000_000_000


def stream(
    db: Database,
    workspace_id: WorkspaceId,
    slug: str,
    *,
    now: datetime,
    as_of: datetime | None = None,
    owner_id: MemberId | None = None,
    scope: Scope | None = None,
    page_rows: int = PAGE_ROWS,
) -> Iterator[PanelRow]:
    """Every row of a panel, best first; a past instant is replayed in memory."""
    panel = panel_named(slug)
    if panel.key is None or as_of is not None:
        yield from rows(
            db, workspace_id, slug, now=now, as_of=as_of, limit=EVERYTHING, owner_id=owner_id, scope=scope
        ).rows
        return
    wanted = reach(workspace_id, [panel], now=now, limit=EVERYTHING, owner_id=owner_id, scope=scope)
    with db.snapshot(workspace_id, scope) as conn:
        setting = get_setting(conn, workspace_id, None)
        for ready in _in_order(conn, setting, panel, wanted, page_rows):
            stage = Stage(now, max(ready.height, 1), owner_id, setting, in_order(ready), scope=scope)
            yield from people_panel(stage, panel).rows


def _in_order(
    conn: Connection, setting: Setting, panel: Panel, wanted: Reach, page_rows: int
) -> Iterator[pl.DataFrame]:
    """Frames of people, none of whom belongs before somebody of an earlier frame."""
    key = panel.key or ""
    pool = of_people(conn, setting, list_due(conn, wanted), wanted.now, scope=wanted.scope)
    for page in list_pages(conn, wanted, key, page_rows=page_rows):
        people = of_people(conn, setting, page["person_id"].to_list(), wanted.now, scope=wanted.scope)
        pool = pl.concat([pool, people], how="diagonal_relaxed").filter(pl.col(key).is_not_null())
        line = page["stored_key"][-1] + wanted.margins[key]
        yield pool.filter(pl.col(key) > line)
        pool = pool.filter(pl.col(key) <= line)
    yield pool
