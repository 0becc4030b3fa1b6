from __future__ import annotations

import numpy as np
import pytest

from scoring.decay import DAY
from scoring.evidence import replay
from scoring.inputs import source
from scoring.signals import BUILT_IN
from scoring.sums import lines_of, sum_of, total
from scoring.terms import POINTS, Term
from scoring.values import NEVER, Elapsed, Fading, Fixed, Input
from tests.scoring.stories import NOW, frame, people, signal

ROWS = np.array([0, 2])
T = np.full(3, 10 * DAY)
VALUES: dict[str, tuple[Input, list[float], list[float]]] = {
    "fixed": (Fixed(ROWS, np.array([1.0, 2.0])), [1.0, 2.0], [1.0, 0.0, 2.0]),
    "fading": (Fading(ROWS, np.array([4.0, 8.0]), np.array([8 * DAY, 10 * DAY]), 2.0), [2.0, 8.0], [2.0, 0.0, 8.0]),
    "elapsed": (Elapsed(ROWS, np.array([NEVER, 4 * DAY]), np.array([1.0, 2.0])), [np.inf, 3.0], [np.inf, np.inf, 3.0]),
}


@pytest.mark.parametrize("kind", VALUES)
def test_values_of_some_of_all_and_of_few(kind: str) -> None:
    values, some, everybody = VALUES[kind]
    assert values.at(T).tolist() == some
    assert values.dense(3).at(T).tolist() == everybody
    few = values.chosen(np.array([False, True]), np.array([0]))
    assert (few.rows.tolist(), few.at(T[:1]).tolist()) == ([0], some[1:])


def test_what_is_yet_to_come_has_not_faded() -> None:
    early = np.zeros(3, dtype=np.int64)
    assert VALUES["fading"][0].at(early).tolist() == [4.0, 8.0]
    assert VALUES["elapsed"][0].at(early).tolist() == [np.inf, 0.0]


def test_a_sum_may_be_in_proportion_and_long_ago() -> None:
    people_of = source(replay(frame([signal("MISSED_CALL", 3), signal("SMS_SENT", 9)]), BUILT_IN), people("ann"))
    t = np.array([int(NOW.timestamp() * 1e6)])
    half = {"half_life_days": 3.0}
    terms = [
        Term("heat", "Heat", "decayed:x", "linear", 1.0, half, types=("MISSED_CALL",)),
        Term("tenure", "Known for", "tenure", "saturating", 1.0, {"half_point": 9.0}),
    ]
    lines = lines_of(people_of, terms)
    assert total(lines, t, 30.0)[0] == pytest.approx(30 + POINTS * 0.5 + POINTS * 0.5)
    low, high = sum_of(lines, 1, 30.0).bounds_from(t)(t + 3 * DAY)
    assert low[0] == pytest.approx(30 + POINTS * (0.25 + 0.5))
    assert high[0] == pytest.approx(30 + POINTS * (0.5 + 12 / 21))
