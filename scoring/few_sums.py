"""What `scoring.accumulate` adds up, one person after the other in plain Python; the arithmetic is the same.

Pieces of a sum are (type, at, amount, n, count, value): see there. All instants are microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from scoring.accumulate import DAY_CAP, HEAT, LONG, SHORT, VALUE_SCALE, half_lives, summed
from scoring.decay import DAY
from scoring.few_conversations import Told
from scoring.signals import Catalogue

Piece = tuple[str, int, float, int, int, int]
Known = Mapping[str, Mapping[str, Any]]  # type -> the row of `accumulator`
Row = tuple[str, str, float, int, int, int, float]  # person_id and the columns of ACCUMULATORS


@dataclass(slots=True)
class Day:
    """The signals of one type on one UTC day."""

    n: int = 0
    at: int = 0
    value: int = 0

    @property
    def capped(self) -> int:
        """How many of them count."""
        return min(self.n, DAY_CAP)


Days = dict[tuple[str, int], Day]


def sums_after(known: Mapping[str, Known], told: Mapping[str, Sequence[Told]], catalogue: Catalogue) -> list[Row]:
    """The sums of these people after later signals, by person and type."""
    pieces = sorted(
        (person, *piece) for person in told for piece in _pieces(known.get(person, {}), told[person], catalogue)
    )
    keys = [piece[:2] for piece in pieces]
    starts = np.array([place for place, key in enumerate(keys) if not place or keys[place - 1] != key])
    _, kinds, at, amount, n, count, value = zip(*pieces, strict=True)
    whole = (np.array(numbers, dtype=np.int64) for numbers in (at, count, value))
    instants, counts, values = whole
    sums = summed(
        starts, instants, np.array(amount), count=counts, value=values, half_life=half_lives(kinds, catalogue)
    )
    ends = sums.ends.tolist()
    columns = (sums.amount.tolist(), [at[end] for end in ends], [n[end] for end in ends], sums.total.tolist())
    rows = zip([keys[end] for end in ends], *columns, sums.value.tolist(), strict=True)
    return [(*key, *numbers) for key, *numbers in rows]


def _pieces(known: Known, told: Sequence[Told], catalogue: Catalogue) -> Iterator[Piece]:
    """The known sums, what their begun days had added taken out, and all days counted anew."""
    days = _days_of(told)
    met = {day for kind, day in days if _engages(kind, catalogue)}
    carried = [_carried(kind, row) for kind, row in known.items()]
    taken_out = [_taken_out(kind, row, days, met, catalogue) for kind, row in known.items()]
    return chain(carried, *taken_out, _added(days, catalogue))


def _days_of(told: Sequence[Told]) -> Days:
    days: Days = {}
    for one in told:
        day = days.setdefault((one.type, one.at // DAY), Day(at=one.at))
        day.n, day.at = day.n + 1, max(day.at, one.at)
        day.value += 0 if one.value is None else round(one.value * VALUE_SCALE)
    return days


def _engages(kind: str, catalogue: Catalogue) -> bool:
    meaning = catalogue.get(kind)
    return meaning is not None and meaning.engaging


def _carried(kind: str, row: Mapping[str, Any]) -> Piece:
    value = round(row["value_amount"] * VALUE_SCALE)
    return kind, row["last_at"], row["amount"], row["day_count"], row["total"], value


def _taken_out(kind: str, row: Mapping[str, Any], days: Days, met: set[int], catalogue: Catalogue) -> Iterator[Piece]:
    """What a begun day had added, with the opposite sign; the day goes on with what it had."""
    at = row["last_at"]
    if kind in (SHORT, LONG) and at // DAY in met:
        yield kind, at, -1.0, 0, -1, 0
    if (day := days.get((kind, at // DAY))) is None:
        return
    capped = min(row["day_count"], DAY_CAP)
    yield kind, at, -float(capped), 0, -capped, 0
    if _engages(kind, catalogue):
        yield HEAT, at, -(capped * catalogue[kind].weight), 0, 0, 0
    day.n, day.at = day.n + row["day_count"], max(day.at, at)


def _added(days: Days, catalogue: Catalogue) -> Iterator[Piece]:
    """What each day adds to the sum of its type and to the sums over all types."""
    met: dict[int, int] = {}
    for (kind, number), day in days.items():
        yield kind, day.at, float(day.capped), day.n, day.capped, day.value
        if _engages(kind, catalogue):
            yield HEAT, day.at, day.capped * catalogue[kind].weight, 0, 0, 0
            met[number] = max(day.at, met.get(number, day.at))
    for at in met.values():
        yield SHORT, at, 1.0, 0, 1, 0
        yield LONG, at, 1.0, 0, 1, 0
