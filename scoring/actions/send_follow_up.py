"""SEND_FOLLOW_UP: answer a message, or write again when nobody answered ours."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from scoring.actions.action import (
    OPEN_LEAD,
    OUR_TURN,
    WRITTEN,
    Action,
    Row,
    Situation,
    after_planned_step,
    newer,
    plus,
    type_at,
)
from scoring.phrases import ago, event, inside

_NO_REPLY = type_at("NO_REPLY")
_LAST_WORD = pl.max_horizontal("last_inbound_at", "last_outbound_at")


def _answer(row: Row, now: datetime) -> str:
    return f"{event(row, now)}, not answered yet."


def _silence(row: Row, now: datetime) -> str:
    return f"No answer to our {inside(event(row, now))}."


def _no_reply(row: Row, now: datetime) -> str:
    return f"Marked as no reply {ago(row['evidence_at'], now)}, nothing sent since."


SEND_FOLLOW_UP = Action(
    key="SEND_FOLLOW_UP",
    title="Send follow-up",
    channel="email",
    effort=0.5,
    description="A written message waits for our answer, or ours was not answered for two days.",
    situations=(
        Situation(
            when=OUR_TURN & pl.col("waiting_channel").is_in(WRITTEN).fill_null(value=False),
            since=pl.col("waiting_since"),
            until=plus(pl.col("waiting_since"), days=14),
            evidence_type=pl.col("waiting_type"),
            evidence_at=pl.col("waiting_since"),
            channel=pl.col("waiting_channel"),
            urgency=5.5,
            reason=_answer,
        ),
        Situation(
            when=OPEN_LEAD & (pl.col("turn") == "them") & pl.col("asked_at").is_not_null(),
            since=after_planned_step(plus(pl.col("asked_at"), days=2)),
            until=plus(pl.col("asked_at"), days=21),
            evidence_type=pl.col("last_outbound_type"),
            evidence_at=pl.col("asked_at"),
            urgency=2.5,
            reason=_silence,
        ),
        Situation(
            when=OPEN_LEAD & ~OUR_TURN & newer(_NO_REPLY, _LAST_WORD),
            since=after_planned_step(_NO_REPLY),
            until=plus(_NO_REPLY, days=21),
            evidence_type=pl.lit("NO_REPLY"),
            evidence_at=_NO_REPLY,
            urgency=3.0,
            reason=_no_reply,
        ),
    ),
)
