"""Slots: what learning may set in a model, each with its prior, its bounds and the term it becomes.

A weight slot is a line of the preset with its weight open; a value slot a category; a step slot a curve in bins. Bounds
are what a catalogue says of the direction, so that no outcome ever flips a sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from scoring.inputs import INPUTS, Source, attribute
from scoring.learning_fit import Prior
from scoring.terms import POINTS, SHAPES, Term

if TYPE_CHECKING:
    from scoring.decay import Floats, Ints

PRECISION = 1.0  # a weight lies within 1 of what the expert said
STEP_PRECISION = 5.0  # one step of a curve is small
MISSING_PRECISION = 5.0
DECIMALS = 6


class Slot(Protocol):
    """Some columns of a design, and the term that their weights make."""

    def columns(self, source: Source, t: Ints) -> Floats:
        """One row per person, one column per weight."""
        ...

    def prior(self) -> Prior:
        """Of the weights, in the order of the columns."""
        ...

    def line(self, weights: Floats, average: Floats) -> tuple[Term | None, float]:
        """The term, or None when nothing is left of it, and what of it belongs to the base."""
        ...


@dataclass(frozen=True, slots=True)
class WeightSlot:
    """A line whose shape stays; only its weight is learned."""

    term: Term

    def columns(self, source: Source, t: Ints) -> Floats:
        """The shape at weight one."""
        unit = replace(self.term, weight=1.0)
        found = INPUTS[kind_of(unit)](source, unit)
        column = np.zeros((source.size, 1))
        column[found.rows, 0] = np.nan_to_num(SHAPES[unit.shape].log_odds(found.at(t), unit))
        return column

    def prior(self) -> Prior:
        """Around the expert's weight, on the expert's side of zero."""
        lower, upper = bounds(np.sign(self.term.weight), 1)
        return Prior(np.array([self.term.weight]), np.array([PRECISION]), lower, upper)

    def line(self, weights: Floats, average: Floats) -> tuple[Term | None, float]:
        """The same line with the learned weight."""
        weight = round(float(weights[0]), DECIMALS)
        if weight == 0.0:
            return None, 0.0
        rule = f"{self.term.label}: {weight * POINTS:+.1f} points at most, learned"
        return replace(self.term, weight=weight, rule=rule), 0.0


@dataclass(frozen=True, slots=True)
class ValueSlot:
    """A category: one weight per value, shrunk to what the expert said of it."""

    term: Term
    values: tuple[str, ...]
    expert: Mapping[str, float]
    precision: float  # of values nobody has said anything of

    def columns(self, source: Source, t: Ints) -> Floats:
        """Which value it is; no value is none of them and says nothing."""
        text = attribute(source.facts, self.term.input.partition(":")[2])
        which = [(text == value).fill_null(value=False).to_numpy() for value in self.values]
        return np.column_stack(which).astype(np.float64)

    def prior(self) -> Prior:
        """Around what the expert said; zero for the others."""
        mean = np.array([self.expert.get(value, 0.0) for value in self.values])
        precision = np.where(mean != 0, PRECISION, self.precision)
        lower, upper = bounds(np.sign(mean), len(mean))
        return Prior(mean, precision, lower, upper)

    def line(self, weights: Floats, average: Floats) -> tuple[Term | None, float]:
        """The weights of the values; one that was never seen has none."""
        rounded = {value: round(float(weight), DECIMALS) for value, weight in zip(self.values, weights, strict=True)}
        known = {value: weight for value, weight in rounded.items() if weight}
        if not known:
            return None, 0.0
        return replace(self.term, params={"weights": known}, rule=f"{self.term.label}: learned per value"), 0.0


@dataclass(frozen=True, slots=True)
class StepSlot:
    """A curve in bins: a step at every cut, all on one side of zero where the direction is known."""

    term: Term
    cuts: tuple[float, ...]
    sign: float

    def columns(self, source: Source, t: Ints) -> Floats:
        """Which cuts are passed; the last column is for no value."""
        x = INPUTS[kind_of(self.term)](source, self.term).dense(source.size).at(t)
        unknown = np.isnan(x)
        passed = np.where(unknown, -np.inf, x)[:, None] >= np.array(self.cuts)[None, :]
        return np.column_stack([passed, unknown]).astype(np.float64)

    def prior(self) -> Prior:
        """No step at all, unless outcomes ask for one."""
        size = len(self.cuts) + 1
        lower, upper = bounds(np.full(size, self.sign), size)
        lower[-1], upper[-1] = -np.inf, np.inf  # having no value has no direction
        precision = np.full(size, STEP_PRECISION)
        precision[-1] = MISSING_PRECISION
        return Prior(np.zeros(size), precision, lower, upper)

    def line(self, weights: Floats, average: Floats) -> tuple[Term | None, float]:
        """The curve around its average, which moves to the base: a line then says better or worse than usual."""
        if not np.any(np.round(weights, DECIMALS)):
            return None, 0.0
        usual = float(weights @ average)
        heights = np.round(np.concatenate([[0.0], np.cumsum(weights[:-1])]) - usual, DECIMALS)
        params = {
            **self.term.params,
            "cuts": list(self.cuts),
            "weights": heights.tolist(),
            "missing": round(float(weights[-1]) - usual, DECIMALS),
        }
        return replace(self.term, shape="binned", weight=1.0, params=params), usual


def kind_of(term: Term) -> str:
    """The kind of a term's input."""
    return term.input.partition(":")[0]


def bounds(sign: Floats | float, size: int) -> tuple[Floats, Floats]:
    """At least zero where the sign is positive, at most zero where it is negative."""
    signs = np.broadcast_to(np.asarray(sign, dtype=np.float64), (size,))
    return np.where(signs > 0, 0.0, -np.inf), np.where(signs < 0, 0.0, np.inf)
