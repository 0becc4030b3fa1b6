"""What a suggested action is: one or more situations in which it applies, each with its evidence and its weight.

All time is in `since` and `until`: it applies from the one instant to the other; `when` never looks at a clock.
So the next instant at which the suggestions of a person change is known, and a stored rank never drifts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

Row = Mapping[str, Any]
Reason = Callable[[Row, datetime], str]

INSTANT = pl.Datetime("us", "UTC")
TYPE_AT = "at:"  # `at:MISSED_CALL` is the column with the last time of that type


def type_at(signal_type: str) -> pl.Expr:
    """The last time the person had a signal of this type."""
    return pl.col(TYPE_AT + signal_type)


def latest_at(*signal_types: str) -> pl.Expr:
    """The last time of any of these types."""
    return pl.max_horizontal([type_at(name) for name in signal_types])


def latest_type(*signal_types: str) -> pl.Expr:
    """The type of the last signal among these; of two at one instant the one named first."""
    newest = latest_at(*signal_types)
    return pl.coalesce([pl.when(type_at(name) == newest).then(pl.lit(name)) for name in signal_types])


def newer(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """True when `left` happened and `right` did not happen at or after it."""
    return left.is_not_null() & (right.is_null() | (left > right))


def after_planned_step(since: pl.Expr) -> pl.Expr:
    """Not before the planned next step is over: until then nothing else is due."""
    return pl.max_horizontal(since, pl.col("next_step_at"))


def plus(instant: pl.Expr, days: float = 0.0, hours: float = 0.0) -> pl.Expr:
    """An instant moved by a fixed length."""
    return instant + timedelta(days=days, hours=hours)


WRITTEN = ["sms", "whatsapp", "email", "chat"]  # channels on which an answer is written, not spoken
OUR_TURN = pl.col("turn") == "us"
# Openings that have an action of their own: a lost appointment is rescheduled, a cart recovered, an objection answered.
OWN_ANSWER = ["APPOINTMENT_NO_SHOW", "APPOINTMENT_CANCELLED", "CART_ABANDONED", "OBJECTION"]
NO_QUESTION = ~OUR_TURN | pl.col("waiting_type").is_in(OWN_ANSWER).fill_null(value=False)
OPEN_LEAD = ~pl.col("lifecycle").is_in(["customer", "lost"])
BAND_BITS = pl.when(pl.col("band") == "hot").then(2.0).when(pl.col("band") == "warm").then(1.0).otherwise(0.0)


@dataclass(frozen=True, slots=True)
class Situation:
    """One way in which an action applies; weights are powers of two, so +1 is twice as pressing."""

    when: pl.Expr
    since: pl.Expr
    until: pl.Expr
    evidence_type: pl.Expr
    evidence_at: pl.Expr
    urgency: float
    reason: Reason
    effect: pl.Expr = BAND_BITS
    anchor: pl.Expr | None = None  # what makes it the same situation; the evidence's time unless said
    channel: pl.Expr | None = None  # unless the action's own
    again: timedelta | None = None  # raised anew each so often while it lasts


@dataclass(frozen=True, slots=True)
class Action:
    """A type of suggested action."""

    key: str
    title: str
    channel: str | None  # None: inside the company, nothing goes to the person
    effort: float
    description: str
    situations: tuple[Situation, ...]  # cards are stored with the number of theirs: new ones go at the end
