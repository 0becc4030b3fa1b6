"""Who a signal or a row speaks of: people of a workspace by external id, e-mail or phone."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import read_frame, staged
from cockpit.storage.schema import person

MATCH_SCHEMA = {"key": pl.String, "person_id": pl.String, "external_id": pl.String}


def list_matches(conn: Connection, workspace_id: WorkspaceId, column: str, keys: pl.Series) -> pl.DataFrame:
    """The people whose `column` (person_id, external_id, email, phone) is one of the keys."""
    wanted = keys.drop_nulls().unique().sort()
    if wanted.is_empty():
        return pl.DataFrame(schema=MATCH_SCHEMA)
    with staged(conn, person, pl.DataFrame({column: wanted})) as asked:
        query = (
            select(person.c[column].label("key"), person.c.person_id, person.c.external_id)
            .join(asked, asked.c[column] == person.c[column])
            .where(person.c.workspace_id == workspace_id)
        )
        return read_frame(conn, query).cast({"key": pl.String}).select(MATCH_SCHEMA)
