"""A live panel read from the index equals the same panel replayed from every signal."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cockpit.model.ids import WorkspaceId
from cockpit.panels.registry import PANELS, all_panels, totals
from cockpit.storage.database import Database
from tests.panels.population import populate, settle, store


@pytest.mark.parametrize("seed", range(3))
def test_live_equals_replay(db: Database, workspace: WorkspaceId, now: datetime, seed: int) -> None:
    members = settle(db, workspace, now)
    population = populate(workspace, members, now, seed=seed, people=90)
    store(db, workspace, population, now, seed=seed)
    for later, limit in ((timedelta(0), 5), (timedelta(hours=7), 1), (timedelta(days=4, minutes=1), 500)):
        compare(db, workspace, now + later, limit)


def compare(db: Database, workspace: WorkspaceId, at: datetime, limit: int) -> None:
    live = all_panels(db, workspace, now=at, limit=limit)
    replayed = all_panels(db, workspace, now=at, as_of=at, limit=limit)
    for slug in PANELS:
        assert live[slug] == replayed[slug], slug
    assert totals(db, workspace, now=at) == totals(db, workspace, now=at, as_of=at)
