"""SAY_HELLO: greet a new lead nobody has written to or called yet."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from scoring.actions.action import OPEN_LEAD, OUR_TURN, Action, Row, Situation, after_planned_step, plus
from scoring.phrases import ago, inside, name_of


def _new(row: Row, now: datetime) -> str:
    return (
        f"New {ago(row['first_at'], now)} by {inside(name_of(row['evidence_type'], row['titles']))}, not greeted yet."
    )


SAY_HELLO = Action(
    key="SAY_HELLO",
    title="Say hello",
    channel="whatsapp",
    effort=0.5,
    description="A lead that appeared within 14 days and was never contacted by us.",
    situations=(
        Situation(
            when=OPEN_LEAD & ~OUR_TURN & pl.col("last_outbound_at").is_null() & pl.col("first_at").is_not_null(),
            since=after_planned_step(pl.col("first_at")),
            until=plus(pl.col("first_at"), days=14),
            evidence_type=pl.col("last_type"),
            evidence_at=pl.col("last_at"),
            anchor=pl.col("first_at"),
            urgency=3.0,
            reason=_new,
        ),
    ),
)
