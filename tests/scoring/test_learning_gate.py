"""The gate: paired, by people, blind to ids and to the order of rows."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.learning_fit import probability_of
from scoring.learning_gate import Measure, Ranked, calibration_error, judge


def queue(rows: int = 2_000, seed: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True log-odds, labels and people (two rows each)."""
    draw = np.random.default_rng(seed)
    log_odds = draw.normal(-1, 1.5, rows)
    labels = (draw.random(rows) < probability_of(log_odds)).astype(np.float64)
    return log_odds, labels, np.arange(rows, dtype=np.int64) // 2


def test_auc_and_lift_share_ties_evenly() -> None:
    labels = np.array([1.0, 0.0, 1.0, 0.0])
    assert Ranked(np.array([0.9, 0.8, 0.8, 0.1]), labels).measure(np.ones(4)).auc == pytest.approx(0.875)
    assert Ranked(np.ones(4), labels).measure(np.ones(4)) == Measure(0.5, 1.0)
    perfect = np.r_[np.ones(10), np.zeros(90)]
    assert Ranked(np.arange(100.0)[::-1], perfect).measure(np.ones(100)) == Measure(1.0, 10.0)


def test_a_better_and_calibrated_candidate_is_accepted() -> None:
    log_odds, labels, people = queue()
    noisy = log_odds + np.random.default_rng(1).normal(0, 3, len(labels))
    assert judge(noisy, log_odds, labels, people, calibration_error(probability_of(log_odds), labels)).accepted


def test_a_worse_candidate_is_refused() -> None:
    log_odds, labels, people = queue()
    noisy = log_odds + np.random.default_rng(1).normal(0, 3, len(labels))
    verdict = judge(log_odds, noisy, probability_of(log_odds), labels, people)
    assert not verdict.accepted
    assert verdict.auc_bound < -0.01


def test_a_candidate_with_false_promises_is_refused() -> None:
    log_odds, labels, people = queue()
    verdict = judge(log_odds, log_odds, labels, people, calibration_error(probability_of(log_odds + 2), labels))
    assert verdict.auc_bound == 0
    assert verdict.calibration > 0.05
    assert not verdict.accepted


def test_the_verdict_depends_neither_on_the_order_of_rows_nor_on_names() -> None:
    log_odds, labels, people = queue(400)
    noisy = log_odds + np.random.default_rng(1).normal(0, 1, len(labels))
    shuffle = np.random.default_rng(2).permutation(len(labels))
    renamed = 10_000 - 7 * people
    assert judge(log_odds, noisy, labels, people, 0.0) == judge(
        log_odds[shuffle], noisy[shuffle], labels[shuffle], renamed[shuffle], 0.0
    )


def test_calibration_error_is_the_mean_distance_of_promise_and_fact() -> None:
    labels = np.tile(np.array([1.0, 0, 0, 0, 0, 1, 1, 0, 0, 0]), 100)
    assert calibration_error(np.full(1_000, 0.3), labels) < 0.02
    assert calibration_error(np.full(1_000, 0.8), labels) == pytest.approx(0.5)
    assert calibration_error(np.array([]), np.array([])) == 1.0
