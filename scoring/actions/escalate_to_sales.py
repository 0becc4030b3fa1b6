"""ESCALATE_TO_SALES: bad news, or a hot lead that waits for a day, needs a person with authority."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from scoring.actions.action import OUR_TURN, Action, Row, Situation, newer, plus, type_at
from scoring.phrases import ago, span

_BAD = type_at("NEGATIVE_SENTIMENT")


def _upset(row: Row, now: datetime) -> str:
    return f"Sounded unhappy {ago(row['evidence_at'], now)}, nobody has answered."


def _waits(row: Row, now: datetime) -> str:
    return f"Hot and waiting for us for {span(now - row['evidence_at'])}."


ESCALATE_TO_SALES = Action(
    key="ESCALATE_TO_SALES",
    title="Escalate to sales",
    channel=None,
    effort=0.75,
    description="An unanswered bad experience, or a hot lead kept waiting for more than a day.",
    situations=(
        Situation(
            when=newer(_BAD, pl.col("last_outbound_at")),
            since=_BAD,
            until=plus(_BAD, days=7),
            evidence_type=pl.lit("NEGATIVE_SENTIMENT"),
            evidence_at=_BAD,
            urgency=5.0,
            reason=_upset,
        ),
        Situation(
            when=OUR_TURN & (pl.col("band") == "hot"),
            since=plus(pl.col("waiting_since"), days=1),
            until=plus(pl.col("waiting_since"), days=14),
            evidence_type=pl.col("waiting_type"),
            evidence_at=pl.col("waiting_since"),
            urgency=6.0,
            reason=_waits,
        ),
    ),
)
