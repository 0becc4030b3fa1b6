"""RESCHEDULE_APPOINTMENT: an appointment was cancelled or missed and no new one is booked."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from scoring.actions.action import (
    NO_QUESTION,
    Action,
    Row,
    Situation,
    after_planned_step,
    latest_at,
    latest_type,
    newer,
    plus,
)
from scoring.phrases import event

_LOST = ("APPOINTMENT_NO_SHOW", "APPOINTMENT_CANCELLED")
_AT = latest_at(*_LOST)


def _missed(row: Row, now: datetime) -> str:
    return f"{event(row, now)}, no new date."


RESCHEDULE_APPOINTMENT = Action(
    key="RESCHEDULE_APPOINTMENT",
    title="Reschedule appointment",
    channel="phone",
    effort=0.75,
    description="A cancelled or missed appointment without a new date.",
    situations=(
        Situation(
            when=NO_QUESTION
            & newer(_AT, latest_at("APPOINTMENT_BOOKED", "APPOINTMENT_COMPLETED"))
            & newer(_AT, pl.col("last_outbound_at")),
            since=after_planned_step(_AT),
            until=plus(_AT, days=14),
            evidence_type=latest_type(*_LOST),
            evidence_at=_AT,
            urgency=4.5,
            reason=_missed,
        ),
    ),
)
