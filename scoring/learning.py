"""The ladder of learning: the preset, weights around it, a scorecard of curves. What is learned is a proposal.

Below 50 people with a known outcome (or 20 of either kind) the preset stands. From there its weights are learned, and
from 1,000 people curves as well. A rung is taken only if the gate lets it through; a refused one leaves the one below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scoring.learning_choice import Expert, step_slots, weight_slots
from scoring.learning_design import Design, design_of
from scoring.learning_fit import Scaling, fit_scaling, log_odds_of
from scoring.learning_gate import WORST_CALIBRATION, Verdict, calibration_error, judge
from scoring.learning_rows import LATE_SHARE, Rows, content_order, later_by_time, sliced
from scoring.model import BASES, ScoreModel
from scoring.sums import lines_of, total
from scoring.terms import POINTS

if TYPE_CHECKING:
    from scoring.decay import Floats
    from scoring.inputs import Source

FEWEST = 50
FEWEST_OF_EITHER = 20
FEWEST_FOR_CURVES = 1_000
FEWEST_TO_PUBLISH = 40  # of either kind
PRESET, WEIGHTS, SCORECARD = "preset", "weights", "scorecard"
NAMES = {WEIGHTS: "Weights around the preset", SCORECARD: "Scorecard of curves"}


@dataclass(frozen=True, slots=True)
class Lessons:
    """Everything one fit may look at."""

    source: Source
    rows: Rows
    horizon_days: float
    stretch: float = 1.0  # the horizon asked for in horizons learned on


@dataclass(frozen=True, slots=True)
class Learned:
    """The model of the highest rung that passed, its probabilities if they can be trusted, and what was found."""

    model: ScoreModel
    rung: str
    scaling: Scaling | None
    won: int
    lost: int
    said: tuple[str, ...]

    @property
    def publishable(self) -> bool:
        """Whether a manager may be shown it as a proposal."""
        return self.rung != PRESET and min(self.won, self.lost) >= FEWEST_TO_PUBLISH


@dataclass(frozen=True, slots=True)
class Candidate:
    """One rung with its design, what it says of the late rows when it has seen only the early ones, and its scaling."""

    rung: str
    design: Design | None
    weights: Floats | None
    late: Floats
    scaling: Scaling
    calibration: float


def learn(lessons: Lessons, expert: Expert) -> Learned:
    """Climb as far as the outcomes carry."""
    won, lost = lessons.rows.classes()
    if won + lost < FEWEST or min(won, lost) < FEWEST_OF_EITHER:
        needed = f"{FEWEST} people are needed, {FEWEST_OF_EITHER} of either kind"
        said = f"Too few outcomes to learn from: it came for {won} people and not for {lost}; {needed}."
        return Learned(expert.model, PRESET, None, won, lost, (said,))
    ladder = Ladder(lessons, expert, curves=won + lost >= FEWEST_FOR_CURVES)
    return ladder.climb(won, lost)


class Ladder:
    """The rungs for one set of rows, all in one order that depends on nothing but what the rows say."""

    def __init__(self, lessons: Lessons, expert: Expert, *, curves: bool) -> None:
        """Lay out the designs."""
        self.expert, self.stretch = expert, lessons.stretch
        source, rows = lessons.source, lessons.rows
        late = later_by_time(rows.ranks, LATE_SHARE)
        recent = np.zeros(source.size, dtype=bool) if late is None else late
        slots = weight_slots(expert, source, recent, float(rows.labels.mean()))
        steps = step_slots(expert, source, rows.t) if curves else []
        whole = design_of([*slots, *steps], source, rows.t)
        order = content_order(rows, whole.matrix)
        self.rows = rows.of(order)
        self.standing = self._preset(source, rows)[order]
        width = sum(len(slot.prior().mean) for slot in slots) + 1
        open_weights = Design(tuple(slots), whole.matrix[order][:, :width])
        self.designs = {WEIGHTS: open_weights} if slots else {}
        if steps:
            self.designs[SCORECARD] = whole.of(order)
        self.slices = sliced(self.rows, lessons.horizon_days, FEWEST_FOR_CURVES if curves else FEWEST)

    def _preset(self, source: Source, rows: Rows) -> Floats:
        """What the preset says, as log-odds around an average person."""
        model, score = self.expert.model, self.expert.score
        return (total(lines_of(source, model.of(score)), rows.t, model.bases[score]) - BASES[score]) / POINTS

    def climb(self, won: int, lost: int) -> Learned:
        """The highest rung that passes, fitted once more on all rows."""
        if not all(self.rows.of(part).both() for part in (self.slices.early, self.slices.scale, self.slices.check)):
            unchecked = "The latest rows have outcomes of one kind only, so nothing can be checked on them."
            return Learned(self.expert.model, PRESET, None, won, lost, (unchecked,))
        taken = self._candidate(PRESET, None, None)
        said: list[str] = []
        weights = None
        for rung, design in self.designs.items():
            weights = design.of(self.slices.early).fit(self.rows.labels[self.slices.early], weights)
            candidate = self._candidate(rung, design, weights)
            verdict = self._verdict(taken, candidate)
            said.append(_sentence(rung, taken.rung, verdict))
            if verdict.accepted:
                taken = candidate
        scaling = taken.scaling if taken.calibration <= WORST_CALIBRATION else None
        if scaling is None:
            said.append(f"Probabilities are not shown: their error is {taken.calibration:.3f}.")
        model = self.expert.model if taken.design is None else self.fitted(taken.design, taken.weights)
        return Learned(model, taken.rung, scaling, won, lost, tuple(said))

    def _candidate(self, rung: str, design: Design | None, weights: Floats | None) -> Candidate:
        """A rung as it would have stood before the late rows: its weights have seen the early ones only."""
        rows, slices = self.rows, self.slices
        says = self.standing
        if design is not None and weights is not None:
            level = log_odds_of(float(rows.labels[slices.early].mean()))
            says = np.asarray(design.matrix @ weights - level, dtype=np.float64)
        halfway = fit_scaling(says[slices.scale], rows.labels[slices.scale])
        chance = halfway.probability(says[slices.check])
        scaling = fit_scaling(says[slices.late], rows.labels[slices.late], self.stretch)
        error = calibration_error(chance, rows.labels[slices.check])
        return Candidate(rung, design, weights, says[slices.late], scaling, error)

    def _verdict(self, taken: Candidate, candidate: Candidate) -> Verdict:
        late = self.rows.of(self.slices.late)
        return judge(taken.late, candidate.late, late.labels, late.people, candidate.calibration)

    def fitted(self, design: Design, start: Floats | None = None) -> ScoreModel:
        """The model that all rows teach on a rung."""
        labels = self.rows.labels
        return design.model(design.fit(labels, start), labels, self.expert.model, self.expert.score)


def _sentence(rung: str, against: str, verdict: Verdict) -> str:
    """What the gate said of a rung."""
    old, new = verdict.standing, verdict.candidate
    below = "the preset" if against == PRESET else NAMES[against].lower()
    found = (
        f"{NAMES[rung]} against {below} on the latest {LATE_SHARE:.0%} of time: AUC {old.auc:.3f} -> {new.auc:.3f}"
        f" (at least {verdict.auc_bound:+.3f}), lift {old.lift:.2f} -> {new.lift:.2f}"
        f" (share found at least {verdict.found_bound:+.3f}), calibration error {verdict.calibration:.3f}"
    )
    return f"{found}: {'accepted' if verdict.accepted else 'refused'}."
