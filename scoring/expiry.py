"""How long a score holds: until it drifts, crosses a band, or somebody enters or leaves a panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.bands import hundredths
from scoring.decay import DAY, Flags, Floats, Ints
from scoring.sums import Sum
from scoring.values import NEVER

HORIZON = 3653 * DAY
RESTARTS = 4
PRIORITY_DRIFT = 0.48  # with the rounding of two scores to hundredths it stays within half a point
RECONNECT_DRIFT = 0.018
STALE_DRIFT = 0.09
EXACT_STEPS = 21  # two seconds, halved down to a microsecond
COARSE_STEPS = 12
FINE_STEPS = 29  # ten years halved down to less than a second
SCAN_STEPS = 200
SECOND = 1_000_000

Holds = Callable[[Ints], Flags]


def first_break(start: Ints, holds: Holds) -> tuple[Ints, Ints]:
    """Between which two instants, less than a second apart, a condition breaks that then stays broken."""
    good, bad = start, start + HORIZON
    for _ in range(FINE_STEPS):
        middle = good + (bad - good) // 2
        fine = holds(middle)
        good, bad = np.where(fine, middle, good), np.where(fine, bad, middle)
    return good, bad


def coarse_break(start: Ints, holds: Holds) -> Ints:
    """Up to when a condition holds, to a few percent of the way: halving the exponent, a millisecond to ten years."""
    low, high = np.full(len(start), 10.0), np.full(len(start), np.log2(HORIZON))
    for_ever, never = holds(start + HORIZON), ~holds(start + 1024)
    for _ in range(COARSE_STEPS):
        middle = (low + high) / 2
        fine = holds(start + np.exp2(middle).astype(np.int64))
        low, high = np.where(fine, middle, low), np.where(fine, high, middle)
    reached = start + np.exp2(low).astype(np.int64)
    return np.where(for_ever, start + HORIZON, np.where(never, start, reached))


@dataclass(frozen=True, slots=True)
class Crossing:
    """When a score leaves a range by time alone (NEVER: not within ten years) and up to when that is sure."""

    at: Ints
    sure_until: Ints


def crossing(score: Sum, t: Ints, low: Ints, high: Ints) -> Crossing:
    """The first instant at which a score leaves [low, high), in hundredths.

    Falling and rising lines are bounded apart, so each step is safe; from its end the bounds are taken anew, because
    together the lines may have moved less than their bounds.
    """
    at, sure = np.full(len(t), NEVER), t + HORIZON
    at_risk = np.flatnonzero(~_stays(score, t, (low, high))(t + HORIZON))
    sure[at_risk] = t[at_risk]
    for _ in range(RESTARTS):
        if not len(at_risk):
            break
        few, start, limits = score.chosen(at_risk), sure[at_risk], (low[at_risk], high[at_risk])
        good, bad = first_break(start, _stays(few, start, limits))
        left = ~_inside(few, bad, limits)
        sure[at_risk], at[at_risk[left]] = good, bad[left]
        at_risk = at_risk[~left & (good < start + HORIZON - SECOND)]
    if len(at_risk):
        at[at_risk] = _scan(score.chosen(at_risk), sure[at_risk], (low[at_risk], high[at_risk]))
    return Crossing(_to_the_microsecond(score, at, (low, high)), sure)


def _to_the_microsecond(score: Sum, at: Ints, limits: tuple[Ints, Ints]) -> Ints:
    """The same crossings exactly, so that they do not depend on the instant from which they were looked for."""
    found = np.flatnonzero(at != NEVER)
    few, good, bad = score.chosen(found), at[found] - 2 * SECOND, at[found]
    for _ in range(EXACT_STEPS):
        middle = good + (bad - good) // 2
        inside = _inside(few, middle, (limits[0][found], limits[1][found]))
        good, bad = np.where(inside, middle, good), np.where(inside, bad, middle)
    exact = at.copy()
    exact[found] = bad
    return exact


def _scan(score: Sum, start: Ints, limits: tuple[Ints, Ints]) -> Ints:
    """Where a score that hovers leaves its range: looked for at ever longer steps, then halved down to the second."""
    good, bad = start, np.full(len(start), NEVER)
    for exponent in np.linspace(20.0, np.log2(HORIZON), SCAN_STEPS):
        end = start + int(2**exponent)
        inside, open_end = _inside(score, end, limits), bad == NEVER
        good, bad = np.where(open_end & inside, end, good), np.where(open_end & ~inside, end, bad)
    upper = np.where(bad == NEVER, good, bad)
    for _ in range(FINE_STEPS):
        middle = good + (upper - good) // 2
        inside = _inside(score, middle, limits)
        good, upper = np.where(inside, middle, good), np.where(inside, upper, middle)
    return np.where(bad == NEVER, NEVER, upper)


def _inside(score: Sum, t: Ints, limits: tuple[Ints, Ints]) -> Flags:
    """Whether a score is within limits."""
    points = hundredths(score.at(t))
    inside: Flags = (points >= limits[0]) & (points < limits[1])
    return inside


def _stays(score: Sum, start: Ints, limits: tuple[Ints, Ints]) -> Holds:
    """Whether a score surely stays within limits."""
    bounds = score.bounds_from(start)

    def stays(end: Ints) -> Flags:
        least, most = bounds(end)
        inside: Flags = (hundredths(least) >= limits[0]) & (hundredths(most) < limits[1])
        return inside

    return stays


def steady(score: Sum, start: Ints, drift: float | Floats) -> Holds:
    """Whether a score stays within a drift of what it is at the start."""
    now, bounds = score.at(start), score.bounds_from(start)

    def holds(end: Ints) -> Flags:
        least, most = bounds(end)
        within: Flags = (now - least <= drift) & (most - now <= drift)
        return within

    return holds


def next_boundary(t: Ints, boundaries: Sequence[Ints]) -> Ints:
    """The last instant before the next boundary; the horizon without one."""
    due = t + HORIZON
    for boundary in boundaries:
        due = np.where(boundary > t, np.minimum(due, boundary - 1), due)
    return due
