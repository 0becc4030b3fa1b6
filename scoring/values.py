"""Values of people that between two signals only rise or only fall with time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from scoring.decay import DAY, Flags, Floats, Ints, factor
from scoring.intake import INSTANT

NEVER = np.iinfo(np.int64).min


class Input(Protocol):
    """Values of some rows at an instant per row."""

    @property
    def rows(self) -> Ints:
        """Whom the values are of."""

    def at(self, t: Ints) -> Floats:
        """The values; `t` has one instant for every person."""

    def dense(self, size: int) -> Input:
        """The same for every person: without evidence, the value that means none."""

    def chosen(self, keep: Flags, rows: Ints) -> Input:
        """Some of the values, with other row numbers."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Values that do not change with time."""

    rows: Ints
    values: Floats
    absent: float = 0.0

    def at(self, t: Ints) -> Floats:
        """The values."""
        return self.values

    def dense(self, size: int) -> Fixed:
        """For every person."""
        return Fixed(np.arange(size), spread(size, self.rows, self.values, self.absent))

    def chosen(self, keep: Flags, rows: Ints) -> Fixed:
        """Some of the values."""
        return Fixed(rows, self.values[keep], self.absent)


@dataclass(frozen=True, slots=True)
class Fading:
    """Decayed sums."""

    rows: Ints
    amount: Floats
    last: Ints
    half_life_days: float

    def at(self, t: Ints) -> Floats:
        """What is left of the sums."""
        return self.amount * factor(t[self.rows] - self.last, self.half_life_days)

    def dense(self, size: int) -> Fading:
        """For every person."""
        last = np.zeros(size, dtype=np.int64)
        last[self.rows] = self.last
        return Fading(np.arange(size), spread(size, self.rows, self.amount, 0.0), last, self.half_life_days)

    def chosen(self, keep: Flags, rows: Ints) -> Fading:
        """Some of the sums."""
        return Fading(rows, self.amount[keep], self.last[keep], self.half_life_days)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Time since an instant, in units of a length of days per row."""

    rows: Ints
    since: Ints  # NEVER: infinitely long ago
    unit_days: Floats

    def at(self, t: Ints) -> Floats:
        """How many units have passed."""
        known = self.since != NEVER
        age = np.where(known, t[self.rows] - np.where(known, self.since, 0), 0)
        return np.where(known, np.maximum(age, 0) / (self.unit_days * DAY), np.inf)

    def dense(self, size: int) -> Elapsed:
        """For every person."""
        since = np.full(size, NEVER)
        since[self.rows] = self.since
        return Elapsed(np.arange(size), since, spread(size, self.rows, self.unit_days, 1.0))

    def chosen(self, keep: Flags, rows: Ints) -> Elapsed:
        """Some of the times."""
        return Elapsed(rows, self.since[keep], self.unit_days[keep])


def spread(size: int, rows: Ints, values: Floats, absent: float) -> Floats:
    """Values of some rows among all of them."""
    whole = np.full(size, absent)
    whole[rows] = values
    return whole


def instants(column: pl.Series) -> Ints:
    """Microseconds since 1970; null is NEVER, which numpy knows as NaT."""
    exact = column if column.dtype == INSTANT else column.cast(INSTANT)
    return exact.to_numpy().view(np.int64)
