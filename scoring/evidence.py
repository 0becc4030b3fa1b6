"""Evidence: what is kept of a person's signals, so that any score at any later instant follows from it.

`people` has the columns of the table `conversation`, `accumulators` those of `accumulator` (without the workspace).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from scoring import few
from scoring.accumulate import ACCUMULATORS, amounts, day_rows, decayed_sums, merged
from scoring.conversation import CONVERSATION, conversation, follow
from scoring.intake import PERSON, Intake, read
from scoring.plans import carried_out
from scoring.signals import Catalogue


@dataclass(frozen=True, slots=True)
class Evidence:
    """Conversation states and decayed sums of some people."""

    people: pl.DataFrame
    accumulators: pl.DataFrame


def no_evidence(by: Sequence[str] = PERSON) -> Evidence:
    """Nothing about nobody."""
    keys: dict[str, pl.DataType] = {name: pl.String() for name in by}
    return Evidence(pl.DataFrame(schema=keys | CONVERSATION), pl.DataFrame(schema=keys | ACCUMULATORS))


def replay(
    signals: pl.DataFrame, catalogue: Catalogue, as_of: datetime | None = None, by: Sequence[str] = PERSON
) -> Evidence:
    """The evidence of all signals before an instant, for each value of `by` on its own."""
    intake = read(signals, catalogue, as_of, by)
    if not intake.rows.height:
        who = {name: intake.keys.schema[name] for name in by}
        return Evidence(pl.DataFrame(schema=who | CONVERSATION), pl.DataFrame(schema=who | ACCUMULATORS))
    sums = decayed_sums(amounts(day_rows(intake), catalogue), intake, catalogue)
    return Evidence(_keyed(intake, conversation(intake)), sums)


def late(prior: Evidence, signals: pl.DataFrame) -> pl.Series:
    """The people whose new signals are not all later than what is known: they must be replayed."""
    arrived = signals.lazy().group_by("person_id").agg(pl.col("occurred_at").min())
    behind = arrived.join(prior.people.lazy().select("person_id", "last_at"), on="person_id")
    return carried_out(behind.filter(pl.col("occurred_at") <= pl.col("last_at")).sort("person_id"))["person_id"]


def advance(prior: Evidence, signals: pl.DataFrame, catalogue: Catalogue) -> Evidence:
    """The evidence with later signals added; equal to a replay of all of them."""
    if (behind := late(prior, signals)).len():
        raise ValueError(f"{behind.len()} people have signals that are not later than their evidence: replay them.")
    return add(prior, signals, catalogue)


def add(prior: Evidence, signals: pl.DataFrame, catalogue: Catalogue) -> Evidence:
    """The same, when it is known that nobody is `late`."""
    if 0 < signals.height <= few.MOST:
        return Evidence(*few.grown(prior.people, prior.accumulators, signals, catalogue))
    return add_many(prior, signals, catalogue)


def add_many(prior: Evidence, signals: pl.DataFrame, catalogue: Catalogue) -> Evidence:
    """The same by frames, in which a step takes as long for one signal as for a thousand."""
    intake = read(signals, catalogue, None, PERSON)
    if not intake.rows.height:
        return prior
    followed = follow(prior.people.join(intake.keys, on="person_id"), conversation(intake))
    known = prior.accumulators.join(intake.keys, on="person_id")
    sums = decayed_sums(merged(day_rows(intake), known, catalogue), intake, catalogue)
    others = (frame.join(intake.keys, on="person_id", how="anti") for frame in (prior.people, prior.accumulators))
    return Evidence(*(pl.concat(pair) for pair in zip(others, (_keyed(intake, followed), sums), strict=True)))


def _keyed(intake: Intake, frame: pl.DataFrame) -> pl.DataFrame:
    """People by name instead of number."""
    return intake.keys.join(frame, on="g").sort("g").select(*intake.by, *CONVERSATION)
