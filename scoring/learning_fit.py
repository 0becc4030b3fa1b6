"""Weights from outcomes: logistic regression around a prior, every weight inside its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHUNK_ROWS = 8_192
NEWTON_STEPS = 40
EXCHANGES = 200
PATIENCE = 4
LOGIT_LIMIT = 35.0
ENOUGH = 1e-7  # a relative gain of less is none


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of each weight before any outcome, and where it may not go."""

    mean: Floats
    precision: Floats
    lower: Floats
    upper: Floats


def probability_of(log_odds: Floats) -> Floats:
    """The logistic function, safe at both ends."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -LOGIT_LIMIT, LOGIT_LIMIT))), dtype=np.float64)


def log_odds_of(share: float) -> float:
    """The log-odds of a share, kept finite."""
    safe = min(max(share, 1e-6), 1 - 1e-6)
    return float(np.log(safe / (1 - safe)))


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows, what became of them, and the prior: everything that decides the weights."""

    design: NDArray[np.float32]
    labels: Floats
    prior: Prior

    def loss(self, weights: Floats) -> float:
        """Minus the log posterior."""
        log_odds = self.design @ weights
        misfit = np.logaddexp(0.0, log_odds) - self.labels * log_odds
        strain = self.prior.precision * (weights - self.prior.mean) ** 2
        return float(misfit.sum() + 0.5 * strain.sum())

    def slopes(self, weights: Floats) -> tuple[Floats, Floats]:
        """Gradient and Hessian, summed over blocks of rows so that memory does not grow with them.

        The Hessian only steers, so single precision is enough for it; the gradient decides and is exact.
        """
        gradient = self.prior.precision * (weights - self.prior.mean)
        curvature = np.diag(self.prior.precision + 1e-9)
        for start in range(0, len(self.labels), CHUNK_ROWS):
            rows = self.design[start : start + CHUNK_ROWS]
            chance = probability_of(rows @ weights)
            gradient = gradient + (chance - self.labels[start : start + CHUNK_ROWS]) @ rows
            spread = np.sqrt(np.maximum(chance * (1.0 - chance), 1e-6)).astype(np.float32)
            spread_rows = rows * spread[:, None]
            curvature += spread_rows.T @ spread_rows
        return gradient, curvature

    def inside(self, weights: Floats) -> Floats:
        """The nearest weights within the bounds."""
        return np.clip(weights, self.prior.lower, self.prior.upper)


def fit_weights(problem: Problem, start: Floats | None = None) -> Floats:
    """The most probable weights given the labels: Newton steps, each solved inside the bounds."""
    weights = problem.inside(problem.prior.mean if start is None else start)
    loss = problem.loss(weights)
    for _ in range(NEWTON_STEPS):
        gradient, curvature = problem.slopes(weights)
        step = _bounded_step(gradient, curvature, problem.prior.lower - weights, problem.prior.upper - weights)
        weights, shorter = _shortened(problem, weights, step, loss)
        settled = loss - shorter <= ENOUGH * max(1.0, abs(loss))
        loss = shorter
        if settled:
            break
    return weights


def _bounded_step(gradient: Floats, curvature: Floats, lower: Floats, upper: Floats) -> Floats:
    """The minimum of the quadratic model inside a box, by exchanging which coordinates lie on their bounds.

    All that are wrong are exchanged at once; when that stops helping, only the last of them, which must end (block
    principal pivoting: Portugal, Judice, Vicente 1994).
    """
    at_lower, at_upper = np.zeros(len(gradient), dtype=bool), np.zeros(len(gradient), dtype=bool)
    step, fewest, patience = np.zeros_like(gradient), len(gradient) + 1, PATIENCE
    for _ in range(EXCHANGES):
        step = _held(gradient, curvature, np.where(at_lower, lower, np.where(at_upper, upper, np.nan)))
        slope = gradient + curvature @ step
        free = ~(at_lower | at_upper)
        below, above = free & (step < lower - 1e-12), free & (step > upper + 1e-12)
        released = (at_lower & (slope < -1e-9)) | (at_upper & (slope > 1e-9))
        wrong = np.flatnonzero(below | above | released)
        if not len(wrong):
            break
        patience = PATIENCE if len(wrong) < fewest else patience - 1
        fewest = min(fewest, len(wrong))
        chosen = wrong if patience > 0 else wrong[-1:]
        at_lower[chosen], at_upper[chosen] = below[chosen], above[chosen]
    return np.clip(step, lower, upper)


def _held(gradient: Floats, curvature: Floats, fixed: Floats) -> Floats:
    """The minimum with some coordinates held where they are given."""
    free = np.isnan(fixed)
    step = np.where(free, 0.0, fixed)
    pull = gradient[free] + curvature[np.ix_(free, ~free)] @ fixed[~free]
    step[free] = -np.linalg.solve(curvature[np.ix_(free, free)], pull)
    return step


def _shortened(problem: Problem, weights: Floats, step: Floats, loss: float) -> tuple[Floats, float]:
    """The weights after the step, halved until it does not make things worse, and their loss."""
    size = 1.0
    while size > 1e-4:
        proposal = problem.inside(weights + size * step)
        if (found := problem.loss(proposal)) <= loss:
            return proposal, found
        size /= 2
    return weights, loss


@dataclass(frozen=True, slots=True)
class Scaling:
    """Platt scaling: probability = logistic(slope x log-odds + shift), stretched to another horizon."""

    slope: float
    shift: float
    stretch: float = 1.0

    def probability(self, log_odds: Floats) -> Floats:
        """The calibrated chance within the horizon asked for."""
        chance = probability_of(self.slope * log_odds + self.shift)
        # A constant rate is assumed where the horizon learned on is not the horizon asked for.
        return np.asarray(-np.expm1(self.stretch * np.log1p(-np.minimum(chance, 1 - 1e-12))), dtype=np.float64)


def fit_scaling(log_odds: Floats, labels: Floats, stretch: float = 1.0) -> Scaling:
    """Slope and shift on a slice the weights were not fitted on; the slope never turns the order round."""
    design = np.column_stack([np.ones_like(log_odds), log_odds]).astype(np.float32)
    prior = Prior(
        mean=np.array([0.0, 1.0]),
        precision=np.array([1e-3, 1.0]),
        lower=np.array([-np.inf, 0.0]),
        upper=np.array([np.inf, np.inf]),
    )
    shift, slope = fit_weights(Problem(design, labels, prior))
    return Scaling(slope=float(slope), shift=float(shift), stretch=stretch)
