"""REQUEST_REFERRAL: a happy customer, some days after the good moment."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from scoring.actions.action import (
    OUR_TURN,
    Action,
    Row,
    Situation,
    after_planned_step,
    latest_at,
    latest_type,
    newer,
    plus,
    type_at,
)
from scoring.phrases import event

_GOOD = ("OPPORTUNITY_WON", "ORDER_COMPLETED")
_AT = latest_at(*_GOOD)
_SPOILT = latest_at("NEGATIVE_SENTIMENT", "ORDER_CANCELLED", "ORDER_REFUNDED", "OPPORTUNITY_LOST")


def _happy(row: Row, now: datetime) -> str:
    return f"{event(row, now)}, no referral yet."


REQUEST_REFERRAL = Action(
    key="REQUEST_REFERRAL",
    title="Request referral",
    channel="whatsapp",
    effort=0.5,
    description="Won or delivered three to sixty days ago, nothing bad since, no referral yet.",
    situations=(
        Situation(
            when=~OUR_TURN
            & newer(_AT, _SPOILT)
            & newer(_AT, type_at("REFERRAL_MADE"))
            & (pl.col("last_outbound_at").is_null() | (pl.col("last_outbound_at") < plus(_AT, days=3))),
            since=after_planned_step(plus(_AT, days=3)),
            until=plus(_AT, days=60),
            evidence_type=latest_type(*_GOOD),
            evidence_at=_AT,
            urgency=1.0,
            effect=pl.lit(1.0),
            reason=_happy,
        ),
    ),
)
