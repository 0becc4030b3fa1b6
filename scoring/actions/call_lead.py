"""CALL_LEAD: answer a call that was missed or asked for, and keep hot leads from cooling."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from scoring.actions.action import (
    OPEN_LEAD,
    OUR_TURN,
    OWN_ANSWER,
    WRITTEN,
    Action,
    Row,
    Situation,
    after_planned_step,
    latest_at,
    latest_type,
    newer,
    plus,
)
from scoring.phrases import ago, event

_CALLS = ("MISSED_CALL", "CALLBACK_REQUESTED", "QUOTE_REQUESTED", "FORM_SUBMITTED")
_CALLED = latest_at(*_CALLS)
# The first thing that waits is not for a call; a later one may be.
_WAITS_FOR_ELSE = pl.col("waiting_channel").is_in(WRITTEN).fill_null(value=False) | pl.col("waiting_type").is_in(
    OWN_ANSWER
)


def _waits(row: Row, now: datetime) -> str:
    return f"{event(row, now)}, not answered yet."


def _hot(row: Row, now: datetime) -> str:
    return f"Hot, and the last contact was {ago(row['evidence_at'], now)}."


CALL_LEAD = Action(
    key="CALL_LEAD",
    title="Call lead",
    channel="phone",
    effort=1.0,
    description="An inbound contact waits for our call, or a hot lead was not touched for 20 hours.",
    situations=(
        Situation(
            when=OUR_TURN & ~_WAITS_FOR_ELSE,
            since=pl.col("waiting_since"),
            until=plus(pl.col("waiting_since"), days=14),
            evidence_type=pl.col("waiting_type"),
            evidence_at=pl.col("waiting_since"),
            urgency=6.0,
            reason=_waits,
        ),
        Situation(
            when=OUR_TURN & _WAITS_FOR_ELSE & newer(_CALLED, pl.col("last_outbound_at")),
            since=_CALLED,
            until=plus(_CALLED, days=14),
            evidence_type=latest_type(*_CALLS),
            evidence_at=_CALLED,
            urgency=6.0,
            reason=_waits,
        ),
        Situation(
            when=OPEN_LEAD & ~OUR_TURN & (pl.col("band") == "hot"),
            since=after_planned_step(plus(pl.col("last_at"), hours=20)),
            until=plus(pl.col("last_at"), days=14),
            evidence_type=pl.col("last_type"),
            evidence_at=pl.col("last_at"),
            urgency=3.5,
            reason=_hot,
        ),
    ),
)
