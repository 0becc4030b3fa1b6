"""CHECK_INTEREST: ask a warm lead that fell silent, or one that objected, whether it is still worth their time."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from scoring.actions.action import (
    NO_QUESTION,
    OPEN_LEAD,
    OUR_TURN,
    Action,
    Row,
    Situation,
    after_planned_step,
    newer,
    plus,
    type_at,
)
from scoring.phrases import ago

_OBJECTION = type_at("OBJECTION")


def _quiet(row: Row, now: datetime) -> str:
    return f"Quiet longer than usual: last contact {ago(row['evidence_at'], now)}."


def _objected(row: Row, now: datetime) -> str:
    return f"Objected {ago(row['evidence_at'], now)}, nobody has answered the objection."


CHECK_INTEREST = Action(
    key="CHECK_INTEREST",
    title="Check interest",
    channel="email",
    effort=0.5,
    description="A lead quiet for longer than its own rhythm, or with an open objection.",
    situations=(
        Situation(
            when=OPEN_LEAD & ~OUR_TURN & pl.col("stale_key").is_not_null(),
            since=after_planned_step(plus(pl.col("last_at"), days=2)),
            until=plus(pl.col("last_at"), days=30),
            evidence_type=pl.col("last_type"),
            evidence_at=pl.col("last_at"),
            urgency=1.5,
            reason=_quiet,
        ),
        Situation(
            when=OPEN_LEAD & NO_QUESTION & newer(_OBJECTION, pl.col("last_outbound_at")),
            since=after_planned_step(_OBJECTION),
            until=plus(_OBJECTION, days=14),
            evidence_type=pl.lit("OBJECTION"),
            evidence_at=_OBJECTION,
            urgency=3.5,
            reason=_objected,
        ),
    ),
)
