"""The sum of a score's terms at any instant, and how far it can move until another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scoring.decay import Floats, Ints
from scoring.inputs import INPUTS, Input, Source
from scoring.terms import POINTS, SHAPES, Term


@dataclass(frozen=True, slots=True)
class Line:
    """A term with the input of the people at hand."""

    term: Term
    input: Input

    def points(self, t: Ints) -> Floats:
        """The points of the rows the input speaks for."""
        return POINTS * SHAPES[self.term.shape].log_odds(self.input.at(t), self.term)

    def extremes(self, start: Ints, end: Ints) -> tuple[Floats, Floats]:
        """The least and the most it can be between two instants, without new signals."""
        shape = SHAPES[self.term.shape]
        if shape.extremes is None:
            first, last = self.points(start), self.points(end)
            return np.minimum(first, last), np.maximum(first, last)
        low, high = shape.extremes(self.input.at(start), self.input.at(end), self.term)
        return POINTS * low, POINTS * high


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


def total(lines: Iterable[Line], t: Ints, base: float) -> Floats:
    """The unclipped score of every person."""
    whole = np.full(len(t), base)
    for line in lines:
        whole[line.input.rows] += line.points(t)
    return whole


def enclosure(lines: Iterable[Line], start: Ints, end: Ints, base: float) -> tuple[Floats, Floats]:
    """Bounds that the score cannot leave between two instants, without new signals."""
    low, high = np.full(len(start), base), np.full(len(start), base)
    for line in lines:
        rows = line.input.rows
        below, above = line.extremes(start, end)
        low[rows] += below
        high[rows] += above
    return low, high


def chosen(lines: Iterable[Line], people: Ints, size: int) -> list[Line]:
    """The lines of some people only, numbered anew."""
    number = np.full(size, -1)
    number[people] = np.arange(len(people))
    few = []
    for line in lines:
        rows = number[line.input.rows]
        keep = rows >= 0
        if keep.any():
            few.append(Line(line.term, line.input.chosen(keep, rows[keep])))
    return few
