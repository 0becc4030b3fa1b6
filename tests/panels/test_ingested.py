"""However signals arrive, the panels are those of the same signals replayed."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from cockpit.bootstrap import Cockpit
from cockpit.ingestion.receive import receive
from cockpit.ingestion.refresh import refresh_due
from cockpit.ingestion.restate import restate
from cockpit.model.ids import WorkspaceId
from cockpit.model.panel import PanelRows
from cockpit.panels.registry import PANELS, all_panels
from cockpit.storage.database import Database
from cockpit.storage.people import upsert_people
from tests.panels.population import Population, populate, settle

COLUMNS = ("source_event_id", "type", "occurred_at", "value", "scheduled_for", "person_id", "direction")


def enrol(db: Database, workspace: WorkspaceId, now: datetime, seed: int) -> Population:
    """A few people as an import of people leaves them, and the signals they will send."""
    members = settle(db, workspace, now - timedelta(days=500))
    population = populate(workspace, members, now, seed=seed, people=24)
    with db.write() as conn:
        upsert_people(conn, workspace, population.people)
        restate(conn, workspace, population.ids, now)
    return population


def send(cockpit: Cockpit, workspace: WorkspaceId, signals: pl.DataFrame, now: datetime, batches: int) -> None:
    """Send signals in their order, some batches, each some minutes after the one before."""
    size = -(-signals.height // batches)
    for number, batch in enumerate(signals.select(COLUMNS).iter_slices(size)):
        items = [{key: value for key, value in row.items() if value is not None} for row in batch.to_dicts()]
        answers = receive(cockpit, workspace, items, now + timedelta(minutes=3 * number)).items
        assert {item.status for item in answers} == {"accepted"}


def told(panels: dict[str, PanelRows]) -> dict[str, list[tuple[object, ...]]]:
    """What two workspaces can have in common: everything but ids."""
    return {
        slug: [
            (row.external_id, row.name, row.rank_value, row.why, row.score, row.band, row.activity, row.outlook)
            + ((row.suggested_action.type, row.suggested_action.rank) if row.suggested_action else ())
            for row in panel.rows
        ]
        for slug, panel in panels.items()
    }


@pytest.mark.parametrize("seed", [11, 12])
def test_the_order_of_arrival_does_not_matter(
    cockpit: Cockpit, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime, seed: int
) -> None:
    ours, theirs = (enrol(cockpit.db, one, now, seed) for one in (workspace, other_workspace))
    send(cockpit, workspace, ours.signals.sort("occurred_at"), now, batches=4)
    send(cockpit, other_workspace, theirs.signals.sample(fraction=1, shuffle=True, seed=seed), now, batches=6)
    later = now + timedelta(hours=2)
    refresh_due(cockpit, other_workspace, later - timedelta(minutes=30))
    north, south = (all_panels(cockpit.db, one, now=later) for one in (workspace, other_workspace))
    assert {slug: told(north)[slug] for slug in PANELS if slug != "automation_suggestions"} == {
        slug: told(south)[slug] for slug in PANELS if slug != "automation_suggestions"
    }
    for one, live in ((workspace, north), (other_workspace, south)):
        assert live == all_panels(cockpit.db, one, now=later, as_of=later)
    assert north["team_activity"].rows


def test_a_refresh_changes_no_panel(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    population = enrol(cockpit.db, workspace, now, seed=13)
    send(cockpit, workspace, population.signals, now, batches=2)
    later = now + timedelta(days=6)
    before = all_panels(cockpit.db, workspace, now=later)
    refresh_due(cockpit, workspace, later)
    assert all_panels(cockpit.db, workspace, now=later) == before
