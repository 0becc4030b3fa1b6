"""The sum of a score's terms at any instant, and how far it can move until another.

Nearly all terms that move with time are fading sums. They are laid end to end, so that a sum of forty terms costs a
handful of array operations, for one person as for a million.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.decay import DAY, LOWEST_EXPONENT, Flags, Floats, Ints
from scoring.inputs import INPUTS, Source
from scoring.terms import POINTS, SHAPES, Term
from scoring.values import Fading, Fixed, Input

Bounds = Callable[[Ints], tuple[Floats, Floats]]
SMOOTH = ("saturating", "linear")  # shapes of fading sums that are laid end to end


@dataclass(frozen=True, slots=True)
class Line:
    """A term with the input of the people at hand."""

    term: Term
    input: Input

    def points(self, t: Ints) -> Floats:
        """The points of the rows the input speaks for."""
        return POINTS * SHAPES[self.term.shape].log_odds(self.input.at(t), self.term)

    def extremes_from(self, start: Ints) -> Bounds:
        """The least and the most it can be from an instant to later ones, without new signals."""
        shape, first = SHAPES[self.term.shape], self.input.at(start)
        if shape.extremes is not None:
            passed = shape.extremes

            def among(end: Ints) -> tuple[Floats, Floats]:
                low, high = passed(first, self.input.at(end), self.term)
                return POINTS * low, POINTS * high

            return among
        begun = POINTS * shape.log_odds(first, self.term)

        def between(end: Ints) -> tuple[Floats, Floats]:
            last = self.points(end)
            return np.minimum(begun, last), np.maximum(begun, last)

        return between


def lines_of(source: Source, terms: Iterable[Term]) -> list[Line]:
    """The terms with their inputs, in the order of the model."""
    lines = []
    for term in terms:
        found = INPUTS[term.input.partition(":")[0]](source, term)
        if SHAPES[term.shape].dense:
            found = found.dense(source.size)
        if len(found.rows):
            lines.append(Line(term, found))
    return lines


@dataclass(frozen=True, slots=True)
class Fades:
    """Fading sums of many terms, end to end: points * A / (bend * A + half_point)."""

    rows: Ints
    amount: Floats
    last: Ints
    rate: Floats  # 1 / half-life, per microsecond
    points: Floats
    bend: Floats  # 0: in proportion to A
    half_point: Floats

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Fades:
        """The lines whose sums fade."""
        found = [(line.term, line.input) for line in lines if isinstance(line.input, Fading)]
        lengths = [len(fading.rows) for _, fading in found]

        def each(values: list[float]) -> Floats:
            return np.repeat(np.array(values, dtype=np.float64), lengths)

        bent = [term.shape == "saturating" for term, _ in found]
        return cls(
            _end_to_end([fading.rows for _, fading in found]),
            np.concatenate([np.zeros(0), *(fading.amount for _, fading in found)]),
            _end_to_end([fading.last for _, fading in found]),
            each([1 / (fading.half_life_days * DAY) for _, fading in found]),
            each([POINTS * term.weight for term, _ in found]),
            each([float(bends) for bends in bent]),
            each([term.params["half_point"] if bends else 1.0 for (term, _), bends in zip(found, bent, strict=True)]),
        )

    def at(self, t: Ints) -> Floats:
        """The points of every row."""
        exponent = np.clip((self.last - t[self.rows]) * self.rate, LOWEST_EXPONENT, 0.0)
        amount = self.amount * np.exp2(exponent)
        return self.points * (amount / (self.bend * amount + self.half_point))

    def chosen(self, keep: Flags, rows: Ints) -> Fades:
        """Some of the rows, with other numbers."""
        others = (getattr(self, name)[keep] for name in ("amount", "last", "rate", "points", "bend", "half_point"))
        return Fades(rows, *others)


def _end_to_end(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


@dataclass(frozen=True, slots=True)
class Sum:
    """A score of some people: what stays, what fades, and what moves otherwise."""

    constant: Floats
    fades: Fades
    others: tuple[Line, ...]

    @property
    def size(self) -> int:
        """How many people."""
        return len(self.constant)

    def at(self, t: Ints) -> Floats:
        """The unclipped score of everybody."""
        whole = self.constant + self._add(self.fades.at(t))
        for line in self.others:
            whole[line.input.rows] += line.points(t)
        return whole

    def _add(self, points: Floats) -> Floats:
        return np.bincount(self.fades.rows, weights=points, minlength=self.size).astype(np.float64, copy=False)

    def bounds_from(self, start: Ints) -> Bounds:
        """What the score cannot leave from an instant to later ones, without new signals."""
        first = self.fades.at(start)
        others = [(line.input.rows, line.extremes_from(start)) for line in self.others]

        def bounds(end: Ints) -> tuple[Floats, Floats]:
            last = self.fades.at(end)
            low = self.constant + self._add(np.minimum(first, last))
            high = self.constant + self._add(np.maximum(first, last))
            for rows, extremes in others:
                below, above = extremes(end)
                low[rows] += below
                high[rows] += above
            return low, high

        return bounds

    def chosen(self, people: Ints) -> Sum:
        """The same for some of the people, numbered anew."""
        number = np.full(self.size, -1)
        number[people] = np.arange(len(people))

        def few(rows: Ints) -> tuple[Flags, Ints]:
            new = number[rows]
            return new >= 0, new[new >= 0]

        others = [Line(line.term, line.input.chosen(*few(line.input.rows))) for line in self.others]
        return Sum(self.constant[people], self.fades.chosen(*few(self.fades.rows)), tuple(others))


def sum_of(lines: Sequence[Line], size: int, base: float) -> Sum:
    """The lines of a score as one sum."""
    constant = np.full(size, base)
    for line in lines:
        if isinstance(line.input, Fixed):
            constant[line.input.rows] += line.points(np.zeros(0, dtype=np.int64))
    fading = [line for line in lines if _smooth(line)]
    others = [line for line in lines if not _smooth(line) and not isinstance(line.input, Fixed)]
    return Sum(constant, Fades.of(fading), tuple(others))


def _smooth(line: Line) -> bool:
    return isinstance(line.input, Fading) and line.term.shape in SMOOTH


def total(lines: Sequence[Line], t: Ints, base: float) -> Floats:
    """The unclipped score of every person."""
    return sum_of(lines, len(t), base).at(t)
