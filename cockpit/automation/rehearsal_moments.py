"""When people turned to us, answered, booked, bounced, wanted no contact: of each instant the newest, in plain arrays.

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

TOLD: Final = ("inbound", "reply", "booking", "bounce")
OPTS_OUT: Final = "opts_out"
KINDS: Final = (*TOLD, OPTS_OUT)
Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Moments:
    """Those of all people, in order; a million of them take 40 MB."""

    begins: array[int]  # where those of each person begin
    at: array[int]
    newest: Sequence[array[int]]  # of each kind that is told, at each moment
    opted_out_at: Sequence[int]  # of each person: when they first did, or NEVER

    def tell(self, asked: Asked, who: int, now: int) -> None:
        """What was known of somebody then."""
        first = self.begins[who]
        place = bisect_right(self.at, now, first, self.begins[who + 1]) - 1
        if place < first:
            asked.inbound = asked.replied = asked.booked = asked.bounced = NEVER
            return
        inbound, replied, booked, bounced = self.newest
        asked.inbound, asked.replied = inbound[place], replied[place]
        asked.booked, asked.bounced = booked[place], bounced[place]


def moments_of(frame: pl.DataFrame, codes: Mapping[str, Collection[int]], people: int) -> Moments:
    """The moments in a frame with `place` of the person, `code` of the type and `occurred_at`; `codes` of each kind."""
    rows = frame.sort("place", "occurred_at")
    who = rows["place"].cast(pl.Int64).to_numpy()
    at = rows["occurred_at"].dt.epoch("us").cast(pl.Int64).to_numpy()
    begins = np.searchsorted(who, np.arange(people + 1))
    newest = [_array(_newest(at, begins[who], _are(rows, codes[kind]))) for kind in TOLD]
    return Moments(_array(begins), _array(at), newest, _first(who, at, _are(rows, codes[OPTS_OUT]), people))


def _are(rows: pl.DataFrame, codes: Collection[int]) -> Numbers:
    return rows["code"].is_in(list(codes)).to_numpy()


def _newest(at: Numbers, first: Numbers, meant: Numbers) -> Numbers:
    """At each moment the newest one that is meant, of those of the same person."""
    last = np.maximum.accumulate(np.where(meant, np.arange(at.size), -1)) if at.size else first
    return np.where(last >= first, at[last], NEVER) if at.size else at


def _first(who: Numbers, at: Numbers, meant: Numbers, people: int) -> list[int]:
    """The oldest that is meant of each person."""
    found = np.full(people, NEVER, dtype=np.int64)
    found[who[meant][::-1]] = at[meant][::-1]  # of several the last assignment holds: the oldest
    return [int(one) for one in found]


def _array(numbers: Numbers) -> array[int]:
    return array("q", numbers.astype(np.int64).tobytes())
