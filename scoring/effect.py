"""Whether people who were reached did something more often than people who were left alone, honestly.

wilson(share) -> Interval                          where the true share lies, with 95 % confidence
effect(reached, left_alone) -> Effect | None       None: too few to compare

Newcombe's hybrid interval of the difference of two shares: right also for few people and for shares near 0 and 1,
where the textbook formula is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

FEWEST: Final = 20  # in each group: below, nothing is compared
Z: Final = 1.959963984540054  # 95 %, both sides


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    yes: int
    of: int

    @property
    def value(self) -> float | None:
        """As a number from 0 to 1; None: of nobody."""
        return self.yes / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Interval:
    """From where to where."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """The difference of two shares, and where the true one lies with 95 % confidence."""

    difference: float
    interval: Interval

    @property
    def is_told(self) -> bool:
        """Whether it is a difference at all: zero lies outside."""
        return self.interval.low > 0 or self.interval.high < 0


def wilson(share: Share) -> Interval:
    """The score interval of one share; of nobody everything is possible."""
    if not share.of:
        return Interval(0.0, 1.0)
    n, p = share.of, share.yes / share.of
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return Interval(max(0.0, middle - half) if share.yes else 0.0, min(1.0, middle + half) if share.yes < n else 1.0)


def effect(reached: Share, left_alone: Share) -> Effect | None:
    """How much more often the reached did it."""
    if min(reached.of, left_alone.of) < FEWEST:
        return None
    p, q = reached.yes / reached.of, left_alone.yes / left_alone.of
    one, other = wilson(reached), wilson(left_alone)
    low = p - q - sqrt((p - one.low) ** 2 + (other.high - q) ** 2)
    high = p - q + sqrt((one.high - p) ** 2 + (q - other.low) ** 2)
    return Effect(p - q, Interval(max(-1.0, low), min(1.0, high)))
