"""Weights from outcomes: logistic regression around a prior, every weight inside its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHUNK_ROWS = 16_384
NEWTON_STEPS = 40
SWEEPS = 200
LOGIT_LIMIT = 35.0
ENOUGH = 1e-8  # a relative gain of less is none


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
        """Gradient and Hessian, summed over blocks of rows so that memory does not grow with them."""
        gradient = self.prior.precision * (weights - self.prior.mean)
        curvature = np.diag(self.prior.precision + 1e-9)
        for start in range(0, len(self.labels), CHUNK_ROWS):
            rows = self.design[start : start + CHUNK_ROWS].astype(np.float64)
            chance = probability_of(rows @ weights)
            gradient = gradient + rows.T @ (chance - self.labels[start : start + CHUNK_ROWS])
            spread = np.maximum(chance * (1.0 - chance), 1e-6)
            curvature += (rows * spread[:, None]).T @ rows
        return gradient, curvature

    def inside(self, weights: Floats) -> Floats:
        """The nearest weights within the bounds."""
        return np.clip(weights, self.prior.lower, self.prior.upper)


def fit_weights(problem: Problem) -> Floats:
    """The most probable weights given the labels: Newton steps, each solved inside the bounds."""
    weights = problem.inside(problem.prior.mean)
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
    """The minimum of the quadratic model inside a box, one coordinate at a time."""
    step = np.zeros_like(gradient)
    residual = gradient.copy()
    scale = np.diag(curvature)
    for _ in range(SWEEPS):
        largest = 0.0
        for j in range(len(step)):
            moved = min(max(step[j] - residual[j] / scale[j], lower[j]), upper[j])
            change = moved - step[j]
            if change != 0.0:
                residual += curvature[j] * change
                step[j] = moved
                largest = max(largest, abs(change))
        if largest < 1e-7:
            break
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
