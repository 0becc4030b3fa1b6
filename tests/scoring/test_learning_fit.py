"""Bounded weights around a prior, and probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.learning_fit import Prior, Problem, Scaling, fit_scaling, fit_weights, log_odds_of, probability_of


def problem_of(seed: int, rows: int = 400, *, truth: tuple[float, ...] = (-1.0, 1.5, -2.0)) -> Problem:
    """Labels drawn from known weights; the bounds say the first input helps and the second harms."""
    draw = np.random.default_rng(seed)
    design = np.column_stack([np.ones(rows), draw.random((rows, len(truth) - 1))]).astype(np.float32)
    labels = (draw.random(rows) < probability_of(design @ np.array(truth))).astype(np.float64)
    prior = Prior(
        mean=np.zeros(len(truth)),
        precision=np.array([1e-6, 1.0, 1.0]),
        lower=np.array([-np.inf, 0.0, -np.inf]),
        upper=np.array([np.inf, np.inf, 0.0]),
    )
    return Problem(design, labels, prior)


@given(seed=st.integers(0, 10_000), helps=st.floats(-4, 4), harms=st.floats(-4, 4))
@settings(max_examples=40, deadline=None)
def test_no_weight_ever_leaves_its_bounds_whatever_the_outcomes_say(seed: int, helps: float, harms: float) -> None:
    weights = fit_weights(problem_of(seed, truth=(-0.5, helps, harms)))
    assert weights[1] >= 0
    assert weights[2] <= 0


def test_the_weights_are_the_minimum_inside_the_bounds() -> None:
    problem = problem_of(3, truth=(-1.0, -2.0, -2.0))
    weights = fit_weights(problem)
    assert weights[1] == 0  # the outcomes pull the other way
    best = problem.loss(weights)
    for place in range(3):
        for move in (-1e-3, 1e-3):
            nudged = problem.inside(weights + move * np.eye(3)[place])
            assert problem.loss(nudged) >= best - 1e-9


def test_many_outcomes_recover_the_weights_they_came_from() -> None:
    weights = fit_weights(problem_of(1, rows=60_000))
    assert weights == pytest.approx([-1.0, 1.5, -2.0], abs=0.12)


def test_without_outcomes_the_prior_stays() -> None:
    problem = problem_of(1, rows=0)
    prior = Prior(np.array([0.3, 1.2, -0.7]), np.ones(3), problem.prior.lower, problem.prior.upper)
    assert fit_weights(Problem(problem.design, problem.labels, prior)) == pytest.approx(prior.mean, abs=1e-9)


def test_scaling_never_turns_the_order_round() -> None:
    log_odds = np.linspace(-3, 3, 200)
    backwards = (log_odds < 0).astype(np.float64)
    assert fit_scaling(log_odds, backwards).slope >= 0


def test_a_longer_horizon_raises_the_chance_as_a_constant_rate_would() -> None:
    one, three = Scaling(1.0, 0.0), Scaling(1.0, 0.0, stretch=3.0)
    log_odds = np.array([log_odds_of(0.1), log_odds_of(0.5)])
    assert one.probability(log_odds) == pytest.approx([0.1, 0.5])
    assert three.probability(log_odds) == pytest.approx([1 - 0.9**3, 1 - 0.5**3])
