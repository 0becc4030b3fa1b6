"""RECONNECT: somebody who was once engaged has been quiet for one month to one year."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from scoring.actions.action import BAND_BITS, OUR_TURN, Action, Row, Situation, after_planned_step, plus
from scoring.phrases import event, inside

# Replies count for coming back, with quickly falling returns.
_HISTORY_BITS = pl.min_horizontal(pl.col("inbound_days").fill_null(0) + 1, 16).log(2) * 0.5


def _quiet(row: Row, now: datetime) -> str:
    return f"Once engaged, quiet since {inside(event(row, now))}."


RECONNECT = Action(
    key="RECONNECT",
    title="Reconnect",
    channel="whatsapp",
    effort=0.5,
    description="Once engaged, quiet for 30 to 365 days; raised again every 30 days.",
    situations=(
        Situation(
            when=~OUR_TURN
            & (pl.col("reconnect_recent_key").is_not_null() | pl.col("reconnect_oldies_key").is_not_null()),
            since=after_planned_step(plus(pl.col("last_at"), days=30)),
            until=plus(pl.col("last_at"), days=366),
            evidence_type=pl.col("last_type"),
            evidence_at=pl.col("last_at"),
            urgency=0.5,
            effect=BAND_BITS + _HISTORY_BITS,
            again=timedelta(days=30),
            reason=_quiet,
        ),
    ),
)
