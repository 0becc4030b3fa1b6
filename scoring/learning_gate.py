"""The gate of learning: is a candidate no worse than what stands, on the latest outcomes, and is it calibrated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

RESAMPLES = 300
SEED = 20
TOP_SHARE = 0.1
WORST_LOSS = -0.01
WORST_CALIBRATION = 0.05
ROWS_PER_BIN = 200


@dataclass(frozen=True, slots=True)
class Measure:
    """How well scores rank: area under the ROC curve and lift of the best tenth."""

    auc: float
    lift: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found for one candidate against what stands."""

    standing: Measure
    candidate: Measure
    auc_bound: float
    found_bound: float
    calibration: float

    @property
    def accepted(self) -> bool:
        """Not worse on either measure, and calibrated."""
        holds = self.auc_bound > WORST_LOSS and self.found_bound > WORST_LOSS
        return holds and self.calibration <= WORST_CALIBRATION


class Ranked:
    """Scores sorted once, measurable under any row weights."""

    def __init__(self, scores: Floats, labels: Floats) -> None:
        """Sort best first and remember where ties start."""
        self.order = np.argsort(-scores, kind="stable")
        in_order = scores[self.order]
        self.starts = np.flatnonzero(np.r_[True, in_order[1:] != in_order[:-1]])
        self.labels = labels

    def measure(self, weights: Floats) -> Measure:
        """AUC and lift, ties shared evenly."""
        weight = weights[self.order]
        all_rows = np.add.reduceat(weight, self.starts)
        won = np.add.reduceat(weight * self.labels[self.order], self.starts)
        lost = all_rows - won
        won_total, lost_total = float(won.sum()), float(lost.sum())
        if won_total <= 0 or lost_total <= 0:
            return Measure(0.5, 1.0)
        won_so_far = np.cumsum(won)
        auc = float((lost * (won_so_far - won / 2)).sum() / (won_total * lost_total))
        return Measure(auc, self._lift(won, all_rows, won_so_far, won_total))

    @staticmethod
    def _lift(won: Floats, all_rows: Floats, won_so_far: Floats, won_total: float) -> float:
        """Share won in the best tenth over the share won overall."""
        rows_so_far = np.cumsum(all_rows)
        size = max(1.0, round(TOP_SHARE * float(rows_so_far[-1])))
        edge = min(int(np.searchsorted(rows_so_far, size)), len(won) - 1)
        before = rows_so_far[edge] - all_rows[edge]
        top = won_so_far[edge] - won[edge] + (size - before) * won[edge] / max(all_rows[edge], 1e-300)
        return float(top / size / (won_total / rows_so_far[-1]))


def calibration_error(chance: Floats, labels: Floats) -> float:
    """Mean distance of promised and observed shares over bins of equal size.

    At most ten bins and at least 200 rows in each: in smaller bins luck alone looks like a broken promise.
    """
    if len(labels) == 0:
        return 1.0
    bins = min(10, max(1, len(labels) // ROWS_PER_BIN))
    place = (np.arange(len(labels)) * bins) // len(labels)
    _, same = np.unique(chance, return_inverse=True)
    shared = (np.bincount(same, weights=labels) / np.bincount(same))[same]  # equal promises share their outcomes
    gaps = np.bincount(place, weights=(shared - chance)[np.argsort(chance, kind="stable")], minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def judge(standing: Floats, candidate: Floats, labels: Floats, people: Ints, calibration: float) -> Verdict:
    """Measure both on the same rows and bound the difference by resampling people.

    The loss in lift is counted as the share of all who came that the best tenth misses: the scale of AUC.
    """
    ranked = Ranked(standing, labels), Ranked(candidate, labels)
    order = _clusters_by_content(people, standing, candidate, labels)
    size = int(order.max()) + 1
    generator = np.random.default_rng(SEED)
    losses = np.empty((RESAMPLES, 2))
    for draw in range(RESAMPLES):
        counts = np.bincount(generator.integers(0, size, size), minlength=size).astype(np.float64)[order]
        old, new = (each.measure(counts) for each in ranked)
        losses[draw] = new.auc - old.auc, TOP_SHARE * (new.lift - old.lift)
    bounds = np.percentile(losses, 2.5, axis=0)
    ones = np.ones_like(labels)
    return Verdict(
        standing=ranked[0].measure(ones),
        candidate=ranked[1].measure(ones),
        auc_bound=float(bounds[0]),
        found_bound=float(bounds[1]),
        calibration=calibration,
    )


def _clusters_by_content(people: Ints, standing: Floats, candidate: Floats, labels: Floats) -> Ints:
    """People numbered by what their rows say, so that neither ids nor the order of rows steer the draws."""
    _, cluster = np.unique(people, return_inverse=True)
    keys = [np.bincount(cluster, weights=column) for column in (labels, standing, candidate, np.ones_like(labels))]
    place = np.empty(len(keys[0]), dtype=np.int64)
    place[np.lexsort(keys)] = np.arange(len(place))
    return np.asarray(place[cluster], dtype=np.int64)
