"""The ranking task of a catalogue: which outcome, within which horizon, who is ranked and what may be learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

import polars as pl

VIEWS = ("hot", "priority", "reconnect")
GRID_INSTANTS = 12
BURN_IN = 0.25


class InvalidTask(ValueError):
    """The task cannot be worked on."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be ranked, as the [task] table of a catalogue says."""

    view: str = "priority"
    outcome: str | None = None
    horizon_days: float | None = None
    train_horizon_days: float | None = None
    train_batch: str | None = None
    test_batch: str | None = None
    k: int = 25
    repeatable: bool = False
    all_have_signals: bool = False
    open_if_quiet_less_than_days: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be ranked or learned."""
        if self.view not in VIEWS:
            raise InvalidTask(f"The view must be {', '.join(VIEWS[:-1])} or {VIEWS[-1]}, not {self.view!r}.")
        for name in ("horizon_days", "train_horizon_days", "open_if_quiet_less_than_days"):
            number = getattr(self, name)
            if number is not None and not _positive(number):
                raise InvalidTask(f"{name} must be a number of days above 0, not {number!r}.")

    @property
    def learned_days(self) -> float | None:
        """The horizon of the labels that are learned from."""
        return self.train_horizon_days or self.horizon_days

    @property
    def stretch(self) -> float:
        """How many horizons learned on fit into the horizon asked for."""
        if self.horizon_days is None or self.learned_days is None:
            return 1.0
        return self.horizon_days / self.learned_days


def parse_task(table: Mapping[str, Any]) -> Task:
    """The task of a [task] table; what it says beyond the known fields is left to other readers."""
    known = {field.name for field in fields(Task)}
    return Task(**{name: value for name, value in table.items() if name in known})


def _positive(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and isfinite(number) and number > 0


def days(number: float) -> timedelta:
    """A length of time."""
    return timedelta(days=number)


def eligible_pairs(
    task: Task, people: pl.DataFrame, signals: pl.DataFrame, outcomes: pl.DataFrame, instants: pl.Series
) -> pl.DataFrame:
    """Who would be ranked at each instant, as far as the task says: (as_of, person_id).

    Only what was known before the instant counts: a signal there, not silent for too long, the outcome not yet reached.
    """
    listed = instants.rename("as_of").to_frame().join(people.select("person_id").unique(), how="cross")
    known = instants.rename("as_of").to_frame().join(signals.select("person_id").unique(), how="cross")
    seen = _latest_before(known, signals)
    pairs = pl.concat([listed, seen.select("as_of", "person_id")]).unique()
    if task.all_have_signals:
        pairs = pairs.join(seen, on=["as_of", "person_id"], how="semi")
    if task.open_if_quiet_less_than_days is not None:
        fresh = pl.col("as_of") - pl.col("last_at") < days(task.open_if_quiet_less_than_days)
        pairs = pairs.join(seen.filter(fresh), on=["as_of", "person_id"], how="semi")
    if not task.repeatable:
        pairs = pairs.join(_latest_before(pairs, outcomes), on=["as_of", "person_id"], how="anti")
    return pairs.sort("as_of", "person_id")


def _latest_before(pairs: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The last event of each pair's person before its instant; pairs without one are left out."""
    return (
        pairs.join(events.select("person_id", "occurred_at"), on="person_id")
        .filter(pl.col("occurred_at") < pl.col("as_of"))
        .group_by("as_of", "person_id")
        .agg(last_at=pl.col("occurred_at").max())
    )


def training_grid(before: datetime, horizon_days: float, first: datetime | None) -> pl.Series:
    """Evenly spaced instants to learn from, each with its horizon over by `before`, at the same time of day.

    The first quarter of the history only warms up: people seen then have almost no past to be judged by.
    """
    last = before - days(horizon_days)
    start = last if first is None else min(last, first + (last - first) * BURN_IN)
    step = max((last - start).days // (GRID_INSTANTS - 1), 1)
    instants = [last - days(step * place) for place in range(GRID_INSTANTS)]
    return pl.Series("as_of", sorted(t for t in instants if t >= start), dtype=pl.Datetime("us", "UTC"))
