"""SEND_BOOKING_LINK: somebody shows that they want to talk, and nothing is booked."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from scoring.actions.action import (
    OPEN_LEAD,
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

_INTEREST = ("BOOKING_LINK_CLICKED", "QUOTE_REQUESTED", "PRICING_VIEWED", "POSITIVE_SENTIMENT", "EMAIL_CLICKED")
_AT = latest_at(*_INTEREST)


def _interested(row: Row, now: datetime) -> str:
    return f"{event(row, now)}, nothing booked since."


SEND_BOOKING_LINK = Action(
    key="SEND_BOOKING_LINK",
    title="Send booking link",
    channel="sms",
    effort=0.25,
    description="Buying interest within seven days, no later appointment and no later message of ours.",
    situations=(
        Situation(
            when=OPEN_LEAD
            & ~OUR_TURN
            & newer(_AT, type_at("APPOINTMENT_BOOKED"))
            & newer(_AT, pl.col("last_outbound_at"))
            & pl.col("band").is_in(["hot", "warm"]),
            since=after_planned_step(_AT),
            until=plus(_AT, days=7),
            evidence_type=latest_type(*_INTEREST),
            evidence_at=_AT,
            urgency=3.5,
            reason=_interested,
        ),
    ),
)
