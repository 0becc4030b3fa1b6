"""Every panel by its slug, in the order of the product, and the one way to read them.

    rows(db, workspace_id, slug, *, now, as_of=None, limit=25, owner_id=None, scope=None) -> PanelRows
    all_panels(db, workspace_id, *, now, as_of=None, limit=25, owner_id=None, scope=None) -> dict[slug, PanelRows]
    totals(db, workspace_id, *, now, as_of=None, owner_id=None, scope=None) -> dict[slug, PanelTotal]

Without `as_of` the answer is live: the top of the index with a margin, computed again at `now`. With it, everything is
replayed from the signals before that instant. Both ways end in the same rows. `owner_id` is what somebody asks for,
`scope` is what they may see: every row, place and number is made from the people behind both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import polars as pl

from cockpit.errors import NotFound
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.panel import PanelRows, PanelTotal
from cockpit.model.viewer import Scope
from cockpit.panels.automation_suggestions import AUTOMATION_SUGGESTIONS
from cockpit.panels.follow_up_required import FOLLOW_UP_REQUIRED
from cockpit.panels.hot_leads import HOT_LEADS
from cockpit.panels.panel import Panel
from cockpit.panels.people_rows import people_panel, people_panels
from cockpit.panels.priority_leads import PRIORITY_LEADS
from cockpit.panels.recently_engaged import RECENTLY_ENGAGED
from cockpit.panels.reconnect_oldies import RECONNECT_OLDIES
from cockpit.panels.reconnect_recent import RECONNECT_RECENT
from cockpit.panels.setting import get_setting
from cockpit.panels.stage import Stage, live, of_people, reach, replayed
from cockpit.panels.stale_leads import STALE_LEADS
from cockpit.panels.suggested_actions import SUGGESTED_ACTIONS
from cockpit.panels.team_activity import TEAM_ACTIVITY
from cockpit.storage.database import Connection, Database
from cockpit.storage.panel_index import count_members, list_due

COUNT_UP_TO = 1000
_ALL = (
    PRIORITY_LEADS,
    SUGGESTED_ACTIONS,
    HOT_LEADS,
    FOLLOW_UP_REQUIRED,
    STALE_LEADS,
    RECONNECT_RECENT,
    RECONNECT_OLDIES,
    RECENTLY_ENGAGED,
    TEAM_ACTIVITY,
    AUTOMATION_SUGGESTIONS,
)
PANELS: Mapping[str, Panel] = MappingProxyType({panel.slug: panel for panel in _ALL})
_PEOPLE = tuple(panel for panel in _ALL if panel.key is not None)


def panel_named(slug: str) -> Panel:
    """The panel with this slug.

    Raises:
        NotFound: There is none.
    """
    found = PANELS.get(slug)
    if found is None:
        raise NotFound(f"There is no panel {slug}: choose one of {', '.join(PANELS)}.")
    return found


def rows(
    db: Database,
    workspace_id: WorkspaceId,
    slug: str,
    *,
    now: datetime,
    as_of: datetime | None = None,
    limit: int = 25,
    owner_id: MemberId | None = None,
    scope: Scope | None = None,
) -> PanelRows:
    """The first rows of one panel."""
    panel = panel_named(slug)
    with db.read(workspace_id, scope) as conn:
        stage = _stage(conn, workspace_id, [panel], now=now, as_of=as_of, limit=limit, owner_id=owner_id, scope=scope)
        return _read(conn, stage, panel)


def all_panels(
    db: Database,
    workspace_id: WorkspaceId,
    *,
    now: datetime,
    as_of: datetime | None = None,
    limit: int = 25,
    owner_id: MemberId | None = None,
    scope: Scope | None = None,
) -> dict[str, PanelRows]:
    """The first rows of every panel, in one pass with shared reads."""
    with db.read(workspace_id, scope) as conn:
        stage = _stage(conn, workspace_id, _ALL, now=now, as_of=as_of, limit=limit, owner_id=owner_id, scope=scope)
        people = people_panels(stage, _PEOPLE)
        return {panel.slug: people.get(panel.slug) or _read(conn, stage, panel) for panel in _ALL}


def totals(
    db: Database,
    workspace_id: WorkspaceId,
    *,
    now: datetime,
    as_of: datetime | None = None,
    owner_id: MemberId | None = None,
    scope: Scope | None = None,
) -> dict[str, PanelTotal]:
    """How many people each panel holds; counting stops at a thousand."""
    with db.read(workspace_id, scope) as conn:
        if as_of is not None:
            everybody = replayed(conn, workspace_id, (), as_of=as_of, limit=1, owner_id=owner_id, scope=scope).people
            return {panel.slug: _total(panel, 0, everybody) for panel in _PEOPLE}
        wanted = reach(workspace_id, _PEOPLE, now=now, limit=COUNT_UP_TO + 1, owner_id=owner_id, scope=scope)
        steady = count_members(conn, wanted)
        due = of_people(conn, get_setting(conn, workspace_id, None), list_due(conn, wanted), now, scope=scope)
    return {panel.slug: _total(panel, steady[panel.key or ""], due) for panel in _PEOPLE}


def _total(panel: Panel, steady: int, computed: pl.DataFrame) -> PanelTotal:
    count = steady + computed.height - computed[panel.key or ""].null_count()
    return PanelTotal(panel.slug, min(count, COUNT_UP_TO), capped=count > COUNT_UP_TO)


def _stage(
    conn: Connection,
    workspace_id: WorkspaceId,
    panels: Sequence[Panel],
    *,
    now: datetime,
    as_of: datetime | None,
    limit: int,
    owner_id: MemberId | None,
    scope: Scope | None,
) -> Stage:
    if as_of is not None:
        return replayed(conn, workspace_id, panels, as_of=as_of, limit=limit, owner_id=owner_id, scope=scope)
    return live(conn, workspace_id, panels, now=now, limit=limit, owner_id=owner_id, scope=scope)


def _read(conn: Connection, stage: Stage, panel: Panel) -> PanelRows:
    return people_panel(stage, panel) if panel.read is None else panel.read(conn, stage)
