"""A whole panel as a stream is the panel: every row, in the order of the screen, whatever the size of the pages."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cockpit.model.ids import WorkspaceId
from cockpit.panels.registry import PANELS, rows
from cockpit.panels.whole import stream
from cockpit.storage.database import Database
from tests.panels.population import populate, settle, store


@pytest.mark.parametrize("page_rows", [16, 1000])
def test_stream_is_the_whole_panel(db: Database, workspace: WorkspaceId, now: datetime, page_rows: int) -> None:
    members = settle(db, workspace, now)
    store(db, workspace, populate(workspace, members, now, seed=5, people=60), now, seed=5)
    for later in (timedelta(0), timedelta(days=4)):
        for slug in PANELS:
            whole = rows(db, workspace, slug, now=now + later, limit=10_000).rows
            streamed = tuple(stream(db, workspace, slug, now=now + later, page_rows=page_rows))
            assert streamed == whole, slug


def test_stream_of_a_past_instant_is_the_replayed_panel(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    members = settle(db, workspace, now)
    store(db, workspace, populate(workspace, members, now, seed=6, people=40), now, seed=6)
    then = now - timedelta(days=30)
    whole = rows(db, workspace, "recently_engaged", now=now, as_of=then, limit=10_000).rows
    assert tuple(stream(db, workspace, "recently_engaged", now=now, as_of=then)) == whole
    assert whole
