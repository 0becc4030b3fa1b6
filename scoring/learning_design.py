"""Designs: slots side by side as one matrix, and the model that learned weights make of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from scoring.learning_fit import Prior, Problem, fit_weights, log_odds_of
from scoring.model import BASES, ScoreModel
from scoring.terms import POINTS, Term

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.decay import Flags, Floats, Ints
    from scoring.inputs import Source
    from scoring.learning_slots import Slot

INTERCEPT_PRECISION = 1e-6
BASE_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Design:
    """One column of ones, then the columns of every slot."""

    slots: tuple[Slot, ...]
    matrix: NDArray[np.float32]

    def of(self, rows: Flags | Ints) -> Design:
        """The same for some of the rows."""
        return replace(self, matrix=self.matrix[rows])

    def prior(self, labels: Floats) -> Prior:
        """Of all weights; the level is left to the outcomes."""
        priors = [slot.prior() for slot in self.slots]
        level = log_odds_of(float(labels.mean())) if len(labels) else 0.0
        return Prior(
            mean=np.concatenate([[level], *(each.mean for each in priors)]),
            precision=np.concatenate([[INTERCEPT_PRECISION], *(each.precision for each in priors)]),
            lower=np.concatenate([[-np.inf], *(each.lower for each in priors)]),
            upper=np.concatenate([[np.inf], *(each.upper for each in priors)]),
        )

    def fit(self, labels: Floats, start: Floats | None = None) -> Floats:
        """The most probable weights; weights of a smaller design of the same slots are a head start."""
        prior = self.prior(labels)
        if start is not None:
            start = np.concatenate([start, prior.mean[len(start) :]])
        return fit_weights(Problem(self.matrix, labels, prior), start)

    def model(self, weights: Floats, labels: Floats, model: ScoreModel, score: str) -> ScoreModel:
        """The model with the learned lines for one score; an average person keeps the base of the preset."""
        average = self.matrix.mean(axis=0, dtype=np.float64)
        terms: list[Term] = []
        level, place = float(weights[0]), 1
        for slot in self.slots:
            size = len(slot.prior().mean)
            own = slice(place, place + size)
            term, usual = slot.line(weights[own], average[own])
            terms += [] if term is None else [_of_score(term, score)]
            level, place = level + usual, place + size
        base = BASES[score] + POINTS * (level - log_odds_of(float(labels.mean())))
        bases = MappingProxyType({**model.bases, score: round(base, BASE_DECIMALS)})
        return replace(model.with_terms((), "fit").with_terms(terms, score), bases=bases)


def design_of(slots: Sequence[Slot], source: Source, t: Ints) -> Design:
    """The columns of the slots for these people at these instants."""
    level = np.ones((source.size, 1), dtype=np.float32)
    blocks = [slot.columns(source, t).astype(np.float32) for slot in slots]
    return Design(tuple(slots), np.concatenate([level, *blocks], axis=1))


def _of_score(term: Term, score: str) -> Term:
    """A line of this score, and of the fit when the profile speaks in it."""
    return replace(term, scores=(score, "fit") if "fit" in term.scores else (score,))
