"""The hours of some places, worked out once per day: for who asks about them many thousand times.

Timetable(places, quiet, channel).opens_at(at) -> int | None        as scoring.quiet_hours.opens_at, in microseconds
Timetable(places, quiet, channel).hours_of(at) -> Stretches         of many instants, and until when it stays open then
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.guards.policy import QuietHours
from scoring.instants import EPOCH, instant_of, length, micros
from scoring.quiet_hours import DAYS_AHEAD, CannotDecide, Places, is_open, opens_at, turns

DAY: Final = length(timedelta(days=1))
FAR: Final = 2**62  # later than any instant
Numbers = NDArray[np.int64]


class Stretches(NamedTuple):
    """Of each of many instants: from when on it is open, FAR if not in two weeks, and when it then closes."""

    opens: Numbers
    shuts: Numbers


@dataclass(frozen=True, slots=True)
class Day:
    """A day of UTC in stretches that are open or closed throughout."""

    begins: tuple[int, ...]  # each stretch; the first with the day
    open: tuple[bool, ...]
    next: tuple[int | None, ...]  # after each stretch, the next one of the day that is open

    @property
    def first(self) -> int | None:
        """When it first is open."""
        return self.begins[0] if self.open[0] else self.next[0]


@dataclass(slots=True)
class Timetable:
    """When it is open in all of these places."""

    places: Places
    quiet: QuietHours
    channel: str
    _days: dict[int, Day] = field(default_factory=dict)

    def opens_at(self, at: int) -> int | None:
        """The first open instant from `at` on; None: not in two weeks.

        Raises:
            CannotDecide: What is needed to say so is not known.
        """
        try:
            return self._opens_at(at)
        except CannotDecide:  # of some hour of these days: perhaps not of the one that counts
            found = opens_at(instant_of(at), self.places, self.quiet, self.channel)
            return None if found is None else micros(found)

    def open_until(self, at: int) -> int:
        """Of an open instant until when it stays open, as far as the end of the next day.

        Raises:
            CannotDecide: What is needed to say so of these days is not known.
        """
        first = at // DAY
        for number in (first, first + 1):
            day = self._days.get(number) or self._day(number)
            for begin, is_open_then in zip(day.begins, day.open, strict=True):
                if begin > at and not is_open_then:
                    return begin
        return (first + 2) * DAY

    def hours_of(self, at: Numbers) -> Stretches:
        """Of instants that are near each other, as `opens_at` says it of each.

        Raises:
            CannotDecide: What is needed to say so of one of these days is not known.
        """
        if not at.size:
            return Stretches(at, at)
        numbers = range(int(at.min()) // DAY, int(at.max()) // DAY + DAYS_AHEAD)
        days = [self._days.get(number) or self._day(number) for number in numbers]
        begins = np.array([one for day in days for one in day.begins], dtype=np.int64)
        is_open_then = np.array([one for day in days for one in day.open])
        here = np.searchsorted(begins, at, side="right") - 1
        opens = np.where(is_open_then[here], at, _next(begins, is_open_then)[here])
        opens = np.where(opens // DAY < at // DAY + DAYS_AHEAD, opens, FAR)
        there = np.searchsorted(begins, opens, side="right") - 1
        return Stretches(opens, _next(begins, ~is_open_then)[there])

    def _opens_at(self, at: int) -> int | None:
        number = at // DAY
        today = self._days.get(number) or self._day(number)
        here = bisect_right(today.begins, at) - 1
        if today.open[here]:
            return at
        found = today.next[here]
        ahead = number + 1
        while found is None and ahead < number + DAYS_AHEAD:
            found = (self._days.get(ahead) or self._day(ahead)).first
            ahead += 1
        return found

    def _day(self, number: int) -> Day:
        start = instant_of(number * DAY)
        begins = sorted({start, *turns((EPOCH + number * timedelta(days=1)).date(), *self._hours)})
        is_open_from = [is_open(one, *self._hours) for one in begins]
        following: list[int | None] = []
        coming: int | None = None
        for begin, is_open_then in zip(reversed(begins), reversed(is_open_from), strict=True):
            following.append(coming)
            coming = micros(begin) if is_open_then else coming
        day = Day(tuple(micros(one) for one in begins), tuple(is_open_from), tuple(reversed(following)))
        self._days[number] = day
        return day

    @property
    def _hours(self) -> tuple[Places, QuietHours, str]:
        return self.places, self.quiet, self.channel


def _next(begins: Numbers, meant: NDArray[np.bool_]) -> Numbers:
    """From each stretch on, itself included, when the first begins that is meant."""
    own: NDArray[Any] = np.where(meant, begins, FAR)
    return np.minimum.accumulate(own[::-1])[::-1]
