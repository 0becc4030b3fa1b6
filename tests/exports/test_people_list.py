"""The people list leaves in one order on both engines, and with everybody in it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest

from cockpit.exports.certificate import Order
from cockpit.exports.export import export
from cockpit.exports.lists import PEOPLE_COLUMNS, people_table
from cockpit.model.ids import WorkspaceId, person_id_of
from cockpit.storage.database import Database
from cockpit.storage.people import upsert_people
from cockpit.storage.people_list import count_people, stream_people

NAMES = ["b", "A", "a", "Ä", "ü", "Z", "小林", "محمد", "=1+1"]


def fill(db: Database, workspace_id: WorkspaceId, now: datetime) -> None:
    rows = [person_row(str(person_id_of(workspace_id, name)), name, now) for name in NAMES]
    with db.write() as conn:
        upsert_people(conn, workspace_id, pl.DataFrame(rows))


def person_row(person_id: str, name: str, now: datetime) -> dict[str, object]:
    return {
        "person_id": person_id,
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


@pytest.mark.parametrize("range_bytes", [1, 600, 1_000_000])
def test_people_leave_in_the_order_of_their_ids(
    db: Database,
    workspace: WorkspaceId,
    other_workspace: WorkspaceId,
    now: datetime,
    *,
    tmp_path: Path,
    range_bytes: int,
) -> None:
    """However many ranges of ids the list is read in, everybody comes once and in the same order on both engines."""
    fill(db, workspace, now)
    fill(db, other_workspace, now)
    with db.read() as conn:
        assert count_people(conn, workspace) == len(NAMES)
        frames = stream_people(conn, workspace, range_bytes=range_bytes)
        certificate = export(
            people_table(frames), Order("north", "view:people", now), "parquet", tmp_path / "people.parquet"
        )
    found = pl.read_parquet(tmp_path / "people.parquet")
    assert found["name"].to_list() == sorted(NAMES, key=lambda name: str(person_id_of(workspace, name)))
    assert found.columns == [column.name for column in PEOPLE_COLUMNS]
    assert found["phone"].unique().to_list() == ["+14155550123"]
    assert certificate.rows == len(NAMES)


def test_the_first_and_the_last_id_are_in_the_list(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    ids = [str(UUID(int=number)) for number in (0, 1, 2**127 - 1, 2**127, 2**128 - 1)]
    with db.write() as conn:
        upsert_people(conn, workspace, pl.DataFrame([person_row(identity, identity, now) for identity in ids]))
    with db.read() as conn:
        found = pl.concat(stream_people(conn, workspace, range_bytes=1))
    assert found["person_id"].to_list() == ids
