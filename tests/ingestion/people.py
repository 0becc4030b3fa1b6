"""People to send signals about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import polars as pl

from cockpit.model.ids import WorkspaceId, person_id_of


def some_people(workspace_id: WorkspaceId, now: datetime, owner_id: UUID | None = None, *, count: int) -> pl.DataFrame:
    names = [f"p{number}" for number in range(count)]
    instant = pl.lit(now).cast(pl.Datetime("us", "UTC"))
    return pl.DataFrame(
        {
            "person_id": [str(person_id_of(workspace_id, name)) for name in names],
            "external_id": names,
            "name": names,
            "owner_id": [None if owner_id is None else str(owner_id)] * count,
            "lifecycle": ["lead"] * count,
            "do_not_contact": [False] * count,
            "attributes": ["{}"] * count,
            "is_demo": [False] * count,
        },
        schema_overrides={"owner_id": pl.String},
    ).with_columns(instant.alias("created_at"), instant.alias("updated_at"))
