from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.bands import NAMES, band, hundredths, plain_band, reach
from scoring.model import preset_model
from scoring.signals import BUILT_IN

MODEL = preset_model(BUILT_IN)
scores = st.integers(-2000, 12_000)


def name(points: int, reference: int) -> str:
    return NAMES[int(band(np.array([points]), np.array([reference]), MODEL)[0])]


@pytest.mark.parametrize(
    ("score", "at_last_signal", "expected"),
    [
        (75.0, 75.0, "hot"),
        (70.0, 75.0, "hot"),  # left only when five points beyond
        (69.99, 75.0, "warm"),
        (79.99, 74.99, "warm"),
        (80.0, 74.99, "hot"),
        (40.0, 45.0, "warm"),
        (39.99, 75.0, "cold"),
        (49.99, 44.99, "cold"),
        (50.0, 44.99, "warm"),
    ],
)
def test_a_band_is_left_five_points_beyond(score: float, at_last_signal: float, expected: str) -> None:
    reference = plain_band(hundredths(np.array([at_last_signal])), MODEL)
    assert name(int(hundredths(np.array([score]))[0]), int(reference[0])) == expected


@given(scores, scores, scores)
def test_reach_is_where_the_band_stays(points: int, last: int, other: int) -> None:
    reference = plain_band(np.array([last]), MODEL)
    low, high = reach(np.array([points]), reference, MODEL)
    same = name(points, int(reference[0])) == name(other, int(reference[0]))
    if low[0] <= other < high[0]:
        assert same
    for edge in (int(low[0]) - 1, int(high[0])):
        if abs(edge) < 100_000:
            assert name(edge, int(reference[0])) != name(points, int(reference[0]))


def test_halves_round_up() -> None:
    assert hundredths(np.array([0.125, -0.125, 74.995])).tolist() == [13, -12, 7500]
