"""Made-up people and signals of any number, shaped like real ones, the same for the same seed.

Few people get most of the signals (Zipf, exponent 0.6), few types are most of them (Zipf over 25 types), everybody fell
silent at some instant of their own in two years, and signals arrive in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

# From frequent to rare.
TYPES = (
    "PAGE_VISITED",
    "EMAIL_SENT",
    "EMAIL_OPENED",
    "NO_ANSWER",
    "EMAIL_CLICKED",
    "SMS_SENT",
    "CALL_COMPLETED",
    "NO_REPLY",
    "WHATSAPP_SENT",
    "PRICING_VIEWED",
    "EMAIL_REPLIED",
    "MISSED_CALL",
    "INBOUND_CALL",
    "SMS_REPLIED",
    "WHATSAPP_REPLIED",
    "VOICEMAIL_LEFT",
    "FORM_SUBMITTED",
    "CHAT_STARTED",
    "BOOKING_LINK_CLICKED",
    "APPOINTMENT_BOOKED",
    "CALLBACK_REQUESTED",
    "QUOTE_REQUESTED",
    "NEGATIVE_SENTIMENT",
    "OBJECTION",
    "UNSUBSCRIBED",
)
TWO_YEARS = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Population:
    """How much there is to make."""

    people: int
    signals: int
    until: datetime
    seed: int = 7


def people_frames(population: Population, batch: int = 100_000) -> Iterator[pl.DataFrame]:
    """The people, a batch at a time, with the columns of a people file."""
    for start in range(0, population.people, batch):
        number = pl.int_range(start, min(start + batch, population.people), eager=True)
        yield pl.DataFrame({"n": number}).select(
            external_id=pl.format("p{}", "n"),
            name=pl.format("Person {}", "n"),
            email=pl.format("person{}@example.com", "n"),
            phone=pl.format("+1{}5550{}", 201 + pl.col("n") // 100 % 700, 100 + pl.col("n") % 100),
            company=pl.format("Company {}", pl.col("n") % 20_000),
            lifecycle=pl.lit("lead"),
            value=(pl.col("n") % 997).cast(pl.Float64) * 10,
            created_at=pl.lit(population.until - TWO_YEARS),
        )


def signal_frames(population: Population, batch: int = 500_000) -> Iterator[pl.DataFrame]:
    """The signals in the order of time, a batch at a time, with the columns of a signal file."""
    random = np.random.default_rng(population.seed)
    count, people = population.signals, population.people
    shuffled = random.permutation(people).astype(np.int32)
    # A density of rank^-0.6 has the distribution function rank^0.4: its inverse turns uniform numbers into ranks.
    person = shuffled[(people * random.random(count) ** 2.5).astype(np.int64)]
    kind = random.choice(len(TYPES), size=count, p=zipf(len(TYPES))).astype(np.int8)
    span = TWO_YEARS.total_seconds()
    silent_for = span * random.random(people) ** 3
    seconds = silent_for[person] + (span - silent_for[person]) * random.random(count)
    order = np.argsort(-seconds)
    for start in range(0, count, batch):
        chosen = order[start : start + batch]
        yield pl.DataFrame(
            {
                "number": np.arange(start, start + len(chosen)),
                "person": person[chosen],
                "ago": (seconds[chosen] * 1e6).astype(np.int64),
                "type": pl.Series(TYPES).gather(kind[chosen]),
            }
        ).select(
            source_event_id=pl.format("e{}", "number"),
            external_id=pl.format("p{}", "person"),
            type=pl.col("type"),
            occurred_at=pl.lit(population.until) - pl.duration(microseconds="ago"),
        )


def zipf(count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How likely the first, second, third… of `count` things are."""
    weight = 1 / np.arange(1, count + 1)
    return np.asarray(weight / weight.sum(), dtype=np.float64)
