"""The made-up signals as finished rows of the signal table: what a raw insert is given."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from cockpit.model.ids import WorkspaceId


def raw_rows(frame: pl.DataFrame, workspace_id: WorkspaceId, now: datetime) -> pl.DataFrame:
    """Rows with every column of the table, of the lengths that real ones have."""
    number = pl.col("external_id").str.slice(1).str.zfill(12)
    return frame.select(
        workspace_id=pl.lit(str(workspace_id)),
        source=pl.lit("bench"),
        source_event_id=pl.col("source_event_id"),
        person_id=pl.concat_str(pl.lit("6f0e7c1a-2f7b-5c55-9d3e-"), number),
        type=pl.col("type"),
        occurred_at=pl.col("occurred_at"),
        received_at=pl.lit(now),
        value=pl.lit(None, pl.Float64),
        channel=pl.lit("phone"),
        direction=pl.lit("inbound"),
        scheduled_for=pl.lit(None, pl.Datetime("us", "UTC")),
        payload=pl.lit(None, pl.String),
        digest=pl.concat_str(pl.lit("0" * 52), number),
    )
