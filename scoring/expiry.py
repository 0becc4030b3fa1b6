"""How long a score holds: until it drifts, crosses a band, or somebody enters or leaves a panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.bands import hundredths
from scoring.decay import DAY, Flags, Floats, Ints
from scoring.inputs import NEVER
from scoring.sums import Line, chosen, enclosure, total

HORIZON = 3653 * DAY
RESTARTS = 8
PRIORITY_DRIFT = 0.48  # with the rounding of two scores to hundredths it stays within half a point
RECONNECT_DRIFT = 0.045
STALE_DRIFT = 0.09
COARSE_STEPS = 12
SCAN_STEPS = 400

Holds = Callable[[Ints], Flags]


def first_break(start: Ints, holds: Holds, steps: int = 50) -> Ints:
    """The last instant up to which a condition holds; it must hold at the start and, once broken, stay so."""
    good, bad = start.copy(), start + HORIZON
    for_ever = holds(bad)
    for _ in range(steps):
        middle = good + (bad - good) // 2
        fine = holds(middle)
        good, bad = np.where(fine, middle, good), np.where(fine, bad, middle)
    return np.where(for_ever, start + HORIZON, good)


def coarse_break(start: Ints, holds: Holds) -> Ints:
    """The same to a few percent of the way: by halving the exponent, from a millisecond to ten years."""
    low, high = np.full(len(start), 10.0), np.full(len(start), np.log2(HORIZON))
    for_ever = holds(start + HORIZON)
    never = ~holds(start + 1024)
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


def crossing(lines: Sequence[Line], t: Ints, base: float, low: Ints, high: Ints) -> Crossing:
    """The first instant at which a score leaves [low, high), in hundredths.

    Falling and rising lines are bounded apart, so each step is safe; from its end the bounds are taken anew, because
    together the lines may have moved less than their bounds.
    """
    at, sure = np.full(len(t), NEVER), t + HORIZON
    at_risk = np.flatnonzero(~_inside(lines, (t, t + HORIZON), base, low, high))
    sure[at_risk] = t[at_risk]
    for _ in range(RESTARTS):
        few = chosen(lines, at_risk, len(t))
        start, below, above = sure[at_risk], low[at_risk], high[at_risk]

        def holds(
            end: Ints, few: list[Line] = few, start: Ints = start, below: Ints = below, above: Ints = above
        ) -> Flags:
            return _inside(few, (start, end), base, below, above)

        step = first_break(start, holds)
        outside = ~_inside(few, (step + 1, step + 1), base, below, above)
        sure[at_risk] = step
        at[at_risk[outside]] = step[outside] + 1
        at_risk = at_risk[~outside & (step < start + HORIZON)]
        if not len(at_risk):
            return Crossing(at, sure)
    few = chosen(lines, at_risk, len(t))
    at[at_risk] = _scan(few, sure[at_risk], base, low[at_risk], high[at_risk])
    return Crossing(at, sure)


def _scan(lines: Sequence[Line], start: Ints, base: float, low: Ints, high: Ints) -> Ints:
    """Where a score that hovers leaves its range: looked for at ever longer steps, then halved down to the instant."""
    good, bad = start.copy(), np.full(len(start), NEVER)
    for exponent in np.linspace(20.0, np.log2(HORIZON), SCAN_STEPS):
        end = start + int(2**exponent)
        inside = _inside(lines, (end, end), base, low, high)
        good = np.where((bad == NEVER) & inside, end, good)
        bad = np.where((bad == NEVER) & ~inside, end, bad)
    upper = np.where(bad == NEVER, good, bad)
    for _ in range(50):
        middle = good + (upper - good) // 2
        inside = _inside(lines, (middle, middle), base, low, high)
        good, upper = np.where(inside, middle, good), np.where(inside, upper, middle)
    return np.where(bad == NEVER, NEVER, upper)


def _inside(lines: Sequence[Line], path: tuple[Ints, Ints], base: float, low: Ints, high: Ints) -> Flags:
    least, most = enclosure(lines, *path, base)
    inside: Flags = (hundredths(least) >= low) & (hundredths(most) < high)
    return inside


def steady(lines: Sequence[Line], start: Ints, drift: float | Floats) -> Holds:
    """Whether a sum of lines stays within a drift of what it is at the start."""
    now = total(lines, start, 0.0)

    def holds(end: Ints) -> Flags:
        least, most = enclosure(lines, start, end, 0.0)
        within: Flags = (now - least <= drift) & (most - now <= drift)
        return within

    return holds


def next_boundary(t: Ints, boundaries: Sequence[Ints]) -> Ints:
    """The last instant before the next boundary; the horizon without one."""
    due = t + HORIZON
    for boundary in boundaries:
        due = np.where(boundary > t, np.minimum(due, boundary - 1), due)
    return due
