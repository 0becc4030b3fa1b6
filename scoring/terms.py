"""Terms: a model is a sum of them. A term takes one raw input through one shape to log-odds.

Shapes are registered by name, so a learned model is the same data as a preset: other terms, the same path to a score,
its receipt and its storage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import log
from types import MappingProxyType
from typing import Any

import numpy as np

from scoring.decay import Floats, saturate

POINTS = 10 / log(2)  # ten points double the odds
RHYTHM_SCALE = 9.0


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a score."""

    key: str
    label: str
    input: str  # `kind` or `kind:argument`, see scoring.inputs
    shape: str
    weight: float
    params: Mapping[str, Any] = field(default_factory=dict)
    scores: tuple[str, ...] = ("priority",)  # the scores it is a line of
    types: tuple[str, ...] = ()  # the signal types that speak in it
    rule: str = ""

    def __post_init__(self) -> None:
        """Freeze what came from JSON, and refuse a shape nobody knows."""
        if self.shape not in SHAPES:
            raise ValueError(f"{self.key}: there is no shape called {self.shape!r}")
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))
        object.__setattr__(self, "scores", tuple(self.scores))
        object.__setattr__(self, "types", tuple(self.types))

    def to_dict(self) -> dict[str, Any]:
        """The term as JSON."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return values | {"params": dict(self.params), "scores": list(self.scores), "types": list(self.types)}


@dataclass(frozen=True, slots=True)
class Shape:
    """How an input becomes log-odds; `dense` shapes also speak for people without the input."""

    log_odds: Callable[[Floats, Term], Floats]
    extremes: Callable[[Floats, Floats, Term], tuple[Floats, Floats]] | None = None  # None: monotone in the input
    dense: bool = False


def _linear(x: Floats, term: Term) -> Floats:
    return term.weight * x


def _saturating(x: Floats, term: Term) -> Floats:
    """w*x/(x+k)."""
    return term.weight * saturate(np.maximum(x, 0.0), term.params["half_point"])


def _share(x: Floats, term: Term) -> Floats:
    """w*min(x/full, 1)."""
    full: float = term.params["full"]
    return term.weight * np.clip(x / full, 0.0, 1.0)


def _quiet(days: Floats, term: Term) -> Floats:
    """w*(1 - 2^(-quiet/h)); never a signal is quiet for ever."""
    half_life: float = term.params["half_life_days"]
    return term.weight * (1.0 - np.exp2(-days / half_life))


def _rhythm(quotient: Floats, term: Term) -> Floats:
    """w*q^2/(q^2+9)."""
    return term.weight * (1.0 - RHYTHM_SCALE / (quotient * quotient + RHYTHM_SCALE))


def _binned(x: Floats, term: Term) -> Floats:
    """One weight per interval between the cuts; `missing` for no value."""
    weights = np.asarray(term.params["weights"], dtype=np.float64)
    log_odds: Floats = weights[np.searchsorted(term.params["cuts"], x, side="right")]
    return np.where(np.isnan(x), term.params.get("missing", 0.0), log_odds) * term.weight


def _binned_extremes(first: Floats, last: Floats, term: Term) -> tuple[Floats, Floats]:
    """The least and the greatest weight of the intervals passed on the way."""
    cuts, low, high = term.params["cuts"], _binned(first, term), _binned(first, term)
    a, b = (np.searchsorted(cuts, x, side="right") for x in (np.fmin(first, last), np.fmax(first, last)))
    for index, weight in enumerate(term.params["weights"]):
        passed = (a <= index) & (index <= b) & ~np.isnan(first)
        low = np.where(passed, np.minimum(low, weight * term.weight), low)
        high = np.where(passed, np.maximum(high, weight * term.weight), high)
    return low, high


SHAPES: dict[str, Shape] = {
    "linear": Shape(_linear),
    "saturating": Shape(_saturating),
    "share": Shape(_share),
    "quiet": Shape(_quiet),
    "rhythm": Shape(_rhythm),
    "binned": Shape(_binned, _binned_extremes, dense=True),
}


def term_from_dict(values: Mapping[str, Any]) -> Term:
    """The term of its JSON form."""
    return Term(**values)
