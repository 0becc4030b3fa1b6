"""Two shares compared: against published values, and honest where there is little to go by."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.effect import FEWEST, Share, effect, wilson

shares = st.integers(1, 400).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))


def test_an_interval_as_published() -> None:
    """Newcombe 1998, 81 of 263: 0.2553 to 0.3662; and 0 of 20: 0 to 0.1611."""
    found = wilson(Share(81, 263))
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    assert (wilson(Share(0, 20)).low, round(wilson(Share(0, 20)).high, 4)) == (0.0, 0.1611)


def test_a_difference_as_published() -> None:
    """Newcombe 1998, method 10: 56 of 70 against 48 of 80 is 0.2 from 0.0524 to 0.3339."""
    found = effect(Share(56, 70), Share(48, 80))
    assert found is not None
    assert round(found.difference, 4) == 0.2
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (0.0524, 0.3339)
    assert found.is_told


def test_too_few_are_not_compared() -> None:
    assert effect(Share(FEWEST - 1, FEWEST - 1), Share(0, 1_000)) is None
    assert effect(Share(0, 1_000), Share(0, FEWEST - 1)) is None
    assert effect(Share(0, FEWEST), Share(0, FEWEST)) is not None


@settings(max_examples=60)
@given(shares, shares)
def test_the_difference_lies_in_its_interval(one: Share, other: Share) -> None:
    found = effect(one, other)
    if found is not None:
        assert -1 <= found.interval.low <= found.difference + 1e-12
        assert found.difference - 1e-12 <= found.interval.high <= 1


@pytest.mark.parametrize(("true", "n", "m"), [((0.1, 0.1), 400, 21), ((0.3, 0.2), 120, 40)])
def test_the_truth_is_inside_as_often_as_promised(true: tuple[float, float], n: int, m: int) -> None:
    """With 5 % left alone groups are very unlike in size: there the textbook interval fails."""
    random, inside, rounds = Random(7), 0, 600
    for _ in range(rounds):
        yes = (sum(random.random() < share for _ in range(size)) for share, size in zip(true, (n, m), strict=True))
        found = effect(Share(next(yes), n), Share(next(yes), m))
        assert found is not None
        inside += found.interval.low <= true[0] - true[1] <= found.interval.high
    assert inside / rounds > 0.92
