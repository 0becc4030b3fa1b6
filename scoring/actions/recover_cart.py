"""RECOVER_CART: a cart was left and nothing was ordered since."""

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
    newer,
    plus,
    type_at,
)
from scoring.phrases import ago

_CART = type_at("CART_ABANDONED")


def _left(row: Row, now: datetime) -> str:
    return f"Left a cart {ago(row['evidence_at'], now)} and has not ordered since."


RECOVER_CART = Action(
    key="RECOVER_CART",
    title="Recover cart",
    channel="whatsapp",
    effort=0.25,
    description="An abandoned cart, one hour to seven days old, without an order or a message of ours since.",
    situations=(
        Situation(
            when=NO_QUESTION
            & newer(_CART, latest_at("CART_RECOVERED", "ORDER_PLACED", "ORDER_COMPLETED"))
            & newer(_CART, pl.col("last_outbound_at")),
            since=after_planned_step(plus(_CART, hours=1)),
            until=plus(_CART, days=7),
            evidence_type=pl.lit("CART_ABANDONED"),
            evidence_at=_CART,
            urgency=4.0,
            reason=_left,
        ),
    ),
)
