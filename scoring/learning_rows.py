"""The rows that are learned from, in an order that neither ids nor files decide, and cut by time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scoring.decay import DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.decay import Flags, Floats, Ints

LATE_SHARE = 0.2
ENOUGH_KNOWN = 1 / 3
CHECK_SHARE = 0.5  # of the late rows: the rest sets the scaling


@dataclass(frozen=True, slots=True)
class Rows:
    """Who was seen when, what became of them, and a hint of time within one instant."""

    t: Ints
    labels: Floats
    people: Ints
    hint: Floats

    def of(self, rows: Flags | Ints) -> Rows:
        """Some of them."""
        return Rows(self.t[rows], self.labels[rows], self.people[rows], self.hint[rows])

    @property
    def ranks(self) -> Ints:
        """Places in time, equal for rows of the same time."""
        pairs = np.column_stack([self.t.astype(np.float64), self.hint])
        _, rank = np.unique(pairs, axis=0, return_inverse=True)
        return np.asarray(rank, dtype=np.int64)

    def classes(self) -> tuple[int, int]:
        """How many people it came for, and how many it did not."""
        _, person = np.unique(self.people, return_inverse=True)
        came = np.bincount(person, weights=self.labels) > 0
        return int(came.sum()), int((~came).sum())

    def both(self) -> bool:
        """Whether there are rows of either kind."""
        return bool(len(self.labels)) and 0 < self.labels.mean() < 1


@dataclass(frozen=True, slots=True)
class Slices:
    """Rows to fit on, later ones to scale probabilities on, and still later ones to check them."""

    early: Flags
    scale: Flags
    check: Flags

    @property
    def late(self) -> Flags:
        """The rows of the gate."""
        return np.asarray(self.scale | self.check)


def content_order(rows: Rows, content: NDArray[np.float32]) -> Ints:
    """Rows by time, then by what they say: equal rows may swap, and nothing can tell."""
    keys = [rows.labels, *content.T, rows.ranks]
    return np.asarray(np.lexsort(keys), dtype=np.int64)


def later_by_time(ranks: Ints, share: float) -> Flags | None:
    """The latest rows, about this share of all; None when one instant holds too many of them."""
    later = np.cumsum(np.bincount(ranks)[::-1])[::-1] / len(ranks)  # share of rows at or after each rank
    rank = int(np.abs(later - share).argmin())
    if not share / 2 <= later[rank] <= min(2 * share, (1 + share) / 2):
        return None
    return np.asarray(ranks >= rank)


def later_share(ranks: Ints, share: float) -> Flags:
    """The latest rows; where time does not tell them apart, every n-th in the order of their content."""
    by_time = later_by_time(ranks, share)
    if by_time is not None:
        return by_time
    every = round(1 / share)
    return np.asarray(np.arange(len(ranks)) % every == every - 1)


def sliced(rows: Rows, horizon_days: float, fewest: int) -> Slices:
    """Cut rows in content order; early ones whose outcome was not known then are left out if enough remain."""
    ranks = rows.ranks
    late = later_share(ranks, LATE_SHARE)
    check = np.zeros(len(ranks), dtype=bool)
    check[np.flatnonzero(late)] = later_share(np.unique(ranks[late], return_inverse=True)[1], CHECK_SHARE)
    early = ~late
    known = early & (rows.t + int(horizon_days * DAY) <= rows.t[late].min(initial=np.iinfo(np.int64).max))
    left = rows.of(known)
    if left.both() and sum(left.classes()) >= fewest and known.sum() >= ENOUGH_KNOWN * early.sum():
        early = known
    return Slices(early, late & ~check, check)
