from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from cockpit.access import limits
from cockpit.access.limits import RateLimit
from cockpit.errors import Misconfigured


def clock_of(instants: list[float]) -> Callable[[], float]:
    return lambda: instants[-1]


def test_so_many_in_so_many_seconds_counted_from_the_first() -> None:
    now = [100.0]
    limit = RateLimit("3/10 second", clock_of(now))
    assert [limit.hit("a") for _ in range(4)] == [None, None, None, 10]
    assert limit.hit("b") is None
    now.append(107.5)
    assert limit.hit("a") == 3
    now.append(110.0)
    assert limit.hit("a") is None


def test_of_several_limits_the_longest_wait_is_told() -> None:
    limit = RateLimit("1/second;2/minute", clock_of([5.0]))
    assert [limit.hit("a") for _ in range(3)] == [None, 1, 60]


def test_asking_how_long_counts_nothing() -> None:
    now = [0.0]
    limit = RateLimit("2/minute", clock_of(now))
    assert [limit.wait("a"), limit.hit("a"), limit.wait("a"), limit.hit("a"), limit.wait("a")] == [None] * 4 + [60]
    now.append(59.5)
    assert limit.wait("a") == 1
    now.append(60.0)
    assert limit.wait("a") is None


def test_a_text_that_is_no_limit_is_refused() -> None:
    with pytest.raises(Misconfigured, match="write it like"):
        RateLimit("often", clock_of([0.0]))


def test_what_is_over_is_forgotten_and_no_thread_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEPT", 10)
    now, before = [0.0], threading.active_count()
    limit = RateLimit("1/minute", clock_of(now))
    for number in range(10):
        limit.hit(str(number))
    now.append(61.0)
    limit.hit("late")
    [kept] = [one.windows for one in limit._limits]
    assert list(kept) == ["late"]
    assert threading.active_count() == before
