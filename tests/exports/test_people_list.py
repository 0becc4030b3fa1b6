"""The people list leaves in one order on both engines, and with everybody in it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from cockpit.exports.certificate import Order
from cockpit.exports.export import export
from cockpit.exports.lists import PEOPLE_COLUMNS, people_table
from cockpit.model.ids import WorkspaceId, person_id_of
from cockpit.storage.database import Database
from cockpit.storage.people import upsert_people
from cockpit.storage.people_list import count_people, stream_people

NAMES = ["b", "A", "a", "Ä", "ü", "Z", "小林", "محمد", "=1+1"]


def fill(db: Database, workspace_id: WorkspaceId, now: datetime) -> None:
    rows = [
        {
            "person_id": str(person_id_of(workspace_id, name)),
            "external_id": name,
            "name": name,
            "phone": "+14155550123",
            "lifecycle": "lead",
            "do_not_contact": False,
            "attributes": "{}",
            "is_demo": False,
            "created_at": now,
            "updated_at": now,
        }
        for name in NAMES
    ]
    with db.write() as conn:
        upsert_people(conn, workspace_id, pl.DataFrame(rows))


def test_people_leave_in_the_order_of_code_points(
    db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime, tmp_path: Path
) -> None:
    fill(db, workspace, now)
    fill(db, other_workspace, now)
    with db.read() as conn:
        assert count_people(conn, workspace) == len(NAMES)
        frames = stream_people(conn, workspace, batch_rows=2)
        certificate = export(
            people_table(frames), Order("north", "view:people", now), "parquet", tmp_path / "people.parquet"
        )
    found = pl.read_parquet(tmp_path / "people.parquet")
    assert found["name"].to_list() == sorted(NAMES)
    assert found.columns == [column.name for column in PEOPLE_COLUMNS]
    assert found["phone"].unique().to_list() == ["+14155550123"]
    assert certificate.rows == len(NAMES)
