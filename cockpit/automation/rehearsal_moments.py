"""When people turned to us, answered, booked, bounced, wanted no contact, in plain arrays.

moments_of(frame, codes, people) -> Moments
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.guards.quick import NEVER, Asked
from scoring.timetable import FAR

TOLD: Final = ("inbound", "reply", "booking", "bounce")
OPTS_OUT: Final = "opts_out"
KINDS: Final = (*TOLD, OPTS_OUT)
Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Times:
    """When all people did one kind of thing, in order of the people and of time."""

    begins: array[int]  # where those of each person begin
    at: array[int]

    def last(self, who: int, now: int) -> int:
        """When somebody last did until then, or NEVER."""
        first = self.begins[who]
        place = bisect_right(self.at, now, first, self.begins[who + 1])
        return self.at[place - 1] if place > first else NEVER

    def around(self, who: Numbers, now: Numbers) -> tuple[Numbers, Numbers]:
        """Of many at once when they last did until then, or NEVER, and when they next do, or FAR."""
        begins, at = np.asarray(self.begins), np.append(np.asarray(self.at), FAR)
        first, end = begins[who], begins[who + 1]
        place, beyond = first, end
        while (place < beyond).any():  # as bisect_right does it
            middle = (place + beyond) // 2
            until = (at[middle] <= now) & (place < beyond)
            place, beyond = np.where(until, middle + 1, place), np.where(until, beyond, middle)
        return np.where(place > first, at[place - 1], NEVER), np.where(place < end, at[place], FAR)


@dataclass(frozen=True, slots=True)
class Moments:
    """Those of all people; a million of them take 8 MB."""

    kinds: Sequence[Times]  # as TOLD
    opted_out_at: Sequence[int]  # of each person: when they first did, or NEVER

    def tell(self, asked: Asked, who: int, now: int) -> None:
        """What was known of somebody then."""
        inbound, replied, booked, bounced = self.kinds
        asked.inbound, asked.replied = inbound.last(who, now), replied.last(who, now)
        asked.booked, asked.bounced = booked.last(who, now), bounced.last(who, now)

    def around(self, who: Numbers, now: Numbers) -> tuple[Numbers, Numbers]:
        """Of many at once when they last turned to us, and when they next do anything that guards look at."""
        found = [times.around(who, now) for times in self.kinds]
        return found[0][0], np.minimum.reduce([heard for _, heard in found])


def moments_of(frame: pl.DataFrame, codes: Mapping[str, Collection[int]], people: int) -> Moments:
    """The moments in a frame with `place` of the person, `code` of the type and `occurred_at`; `codes` of each kind."""
    who, code = frame["place"].to_numpy(), frame["code"].to_numpy()
    at = frame["occurred_at"].dt.epoch("us").to_numpy()
    meant = {kind: np.isin(code, list(codes[kind]), kind="table") for kind in KINDS}
    kinds = [_times(who[meant[kind]], at[meant[kind]], people) for kind in TOLD]
    return Moments(kinds, _first(who[meant[OPTS_OUT]], at[meant[OPTS_OUT]], people))


def _times(who: Numbers, at: Numbers, people: int) -> Times:
    begins = np.concatenate(([0], np.cumsum(np.bincount(who, minlength=people))))
    return Times(_array(begins), _array(_in_order(who, at, begins)))


def _in_order(who: Numbers, at: Numbers, begins: Numbers) -> Numbers:
    """The instants sorted by person and time."""
    earliest = int(at.min(initial=FAR))
    span = int(at.max(initial=earliest)) - earliest + 1
    if (begins.size - 1) * span >= FAR:  # no room for both in one number
        return at[np.lexsort((at, who))]
    keys = np.sort(who * span + (at - earliest))
    return keys - np.repeat(np.arange(begins.size - 1) * span, np.diff(begins)) + earliest


def _first(who: Numbers, at: Numbers, people: int) -> list[int]:
    """The oldest of each person."""
    found = np.full(people, FAR, dtype=np.int64)
    np.minimum.at(found, who, at)
    oldest: list[int] = np.where(found == FAR, NEVER, found).tolist()
    return oldest


def _array(numbers: Numbers) -> array[int]:
    return array("q", numbers.astype(np.int64).tobytes())
