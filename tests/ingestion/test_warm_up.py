"""A process is ready before the first group comes, and nothing of that is kept."""

from __future__ import annotations

from sqlalchemy import func, select

from cockpit.bootstrap import Cockpit
from cockpit.ingestion.warm_up import warm_up
from cockpit.model.ids import WorkspaceId
from cockpit.storage.schema import metadata


def rows(cockpit: Cockpit) -> dict[str, int]:
    with cockpit.db.read() as conn:
        return {
            name: conn.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def test_nothing_is_stored(cockpit: Cockpit, workspace: WorkspaceId) -> None:
    before = rows(cockpit)
    warm_up(cockpit.db)
    assert rows(cockpit) == before
