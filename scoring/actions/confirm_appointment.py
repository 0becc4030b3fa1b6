"""CONFIRM_APPOINTMENT: the day before a booked appointment."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from scoring.actions.action import Action, Row, Situation, latest_at, newer, plus, type_at
from scoring.phrases import until

_BOOKED = type_at("APPOINTMENT_BOOKED")
_STEP = pl.col("next_step_at")
_WINDOW = plus(_STEP, hours=-24)


def _soon(row: Row, now: datetime) -> str:
    return f"Appointment {until(row['next_step_at'], now)}, not confirmed yet."


CONFIRM_APPOINTMENT = Action(
    key="CONFIRM_APPOINTMENT",
    title="Confirm appointment",
    channel="sms",
    effort=0.25,
    description="An appointment within 24 hours that nobody has confirmed.",
    situations=(
        Situation(
            when=newer(_BOOKED, latest_at("APPOINTMENT_CANCELLED", "APPOINTMENT_NO_SHOW", "APPOINTMENT_COMPLETED"))
            & _STEP.is_not_null()
            & (pl.col("last_outbound_at").is_null() | (pl.col("last_outbound_at") < _WINDOW)),
            since=pl.max_horizontal(_WINDOW, _BOOKED),
            until=_STEP,
            evidence_type=pl.lit("APPOINTMENT_BOOKED"),
            evidence_at=_BOOKED,
            anchor=_STEP,
            urgency=5.0,
            reason=_soon,
        ),
    ),
)
