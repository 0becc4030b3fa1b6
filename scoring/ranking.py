"""Ranking people at many instants from plain frames, each instant from what was known before it.

The (as_of, person_id) pairs asked for are scored with the preset, or with what the outcomes known by then have taught.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl

from scoring.evidence import Evidence, replay
from scoring.explanation import decimal, explanations
from scoring.fit import Attribute
from scoring.inputs import attribute, moments, source
from scoring.learning import PRESET, Learned, Lessons, learn
from scoring.learning_choice import Expert
from scoring.learning_fit import Scaling
from scoring.learning_labels import known_pairs, labels_of
from scoring.learning_rows import Rows
from scoring.lines import lines_frame
from scoring.model import BASES, ScoreModel, preset_model
from scoring.reconnect import calibrate
from scoring.signals import Catalogue
from scoring.task import InvalidTask, Task, days, eligible_pairs, training_grid
from scoring.terms import POINTS

PAIR = ("as_of", "person_id")
CLIP_LINE = 10_001
MOST_ROWS = 100_000  # scored at once
MOST_LESSONS = 100_000  # learned from at once: the latest instants


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that is known, in frames; `outcomes` are those of the task only."""

    signals: pl.DataFrame
    people: pl.DataFrame
    outcomes: pl.DataFrame | None
    catalogue: Catalogue
    attributes: Sequence[Attribute]
    task: Task

    @property
    def which(self) -> str:
        """The score that the view shows."""
        return "reconnect" if self.task.view == "reconnect" else "priority"


@dataclass(frozen=True, slots=True)
class Fit:
    """One round of learning: from what, with which result, used from when on."""

    before: datetime  # outcomes known then were learned from
    used_from: datetime  # when the last of them was known
    instants: int
    rows: int
    learned: Learned


@dataclass(frozen=True, slots=True)
class Ranking:
    """The scores in the order asked for, and how they were learned."""

    frame: pl.DataFrame
    fits: tuple[Fit, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Scorer:
    """A model with its chances; without a model, the preset of the instant."""

    model: ScoreModel | None = None
    scaling: Scaling | None = None


def rank(
    material: Material,
    asked: pl.DataFrame,
    *,
    learn_from_outcomes: bool = False,
    lessons: pl.DataFrame | None = None,
    refit: bool = False,
) -> Ranking:
    """Score every pair asked for; learn from the known ones of `lessons`, or without it of those asked for."""
    if not learn_from_outcomes:
        return Ranking(_in_order(asked, [scored(material, asked, Scorer())]))
    parts, fits = [], []
    for portion, before in _rounds(material.task, asked, refit=refit):
        fit = fitted(material, asked if lessons is None else lessons, before, refit=refit)
        later = portion.filter(pl.col("as_of") >= fit.used_from) if fit else portion.clear()
        earlier = portion.filter(pl.col("as_of") < fit.used_from) if fit else portion
        scorer = Scorer() if fit is None else _scorer_of(fit.learned)
        parts += [scored(material, earlier, Scorer()), scored(material, later, scorer)]
        fits += [fit] if fit else []
    return Ranking(_in_order(asked, parts), tuple(fits))


def _scorer_of(learned: Learned) -> Scorer:
    """What was learned; a preset that stood its ground stays that of each instant."""
    return Scorer(None if learned.rung == PRESET else learned.model, learned.scaling)


def _rounds(task: Task, asked: pl.DataFrame, *, refit: bool) -> Iterator[tuple[pl.DataFrame, datetime]]:
    """The portions that share one fit, and before when its outcomes must be known."""
    if refit:
        for (instant,), portion in asked.partition_by("as_of", as_dict=True, maintain_order=True).items():
            yield portion, instant
        return
    ranked = asked.filter(pl.col("batch").eq_missing(task.test_batch))
    if ranked.is_empty():
        ranked = asked.filter(pl.col("batch").ne_missing(task.train_batch))
    instants = (asked if ranked.is_empty() else ranked)["as_of"]
    yield asked, instants.min()  # type: ignore[misc]  # a column of instants has an instant as its least


def fitted(material: Material, given: pl.DataFrame, before: datetime, *, refit: bool) -> Fit | None:
    """What the outcomes known before an instant teach; None when there is nobody to learn from."""
    horizon = material.task.learned_days
    if horizon is None:
        raise InvalidTask("Learning needs a horizon: give --horizon-days or horizon_days in [task].")
    pairs = _lesson_pairs(material, given, before, horizon, refit=refit)
    if pairs.is_empty():
        return None
    learned = learn(*lessons_of(material, pairs, horizon))
    last: datetime = pairs["as_of"].max()  # type: ignore[assignment]  # as above
    return Fit(before, last + days(horizon), pairs["as_of"].n_unique(), pairs.height, learned)


def lessons_of(material: Material, pairs: pl.DataFrame, horizon: float) -> tuple[Lessons, Expert]:
    """The rows to learn from, and what is known without their outcomes."""
    evidence, facts = evidence_of(material, pairs), facts_of(material, pairs)
    rows = _rows_of(material, pairs, facts, horizon)
    expert = Expert(preset_of(material, evidence), material.which, material.catalogue, material.attributes)
    return Lessons(source(evidence, facts, PAIR), rows, horizon, material.task.stretch), expert


def _lesson_pairs(
    material: Material, given: pl.DataFrame, before: datetime, horizon: float, *, refit: bool
) -> pl.DataFrame:
    """The pairs of the train batch (of all batches in a refit) with a known label; else a grid over the history."""
    batch = given if refit else given.filter(pl.col("batch").eq_missing(material.task.train_batch))
    pairs = known_pairs(batch.select(PAIR), horizon, before)
    if pairs.is_empty():
        past = material.signals.filter(pl.col("occurred_at") < before)
        grid = training_grid(before, horizon, past["occurred_at"].min())  # type: ignore[arg-type]  # an instant
        pairs = eligible_pairs(material.task, material.people, past, _outcomes(material), grid)
    sizes = pairs.group_by("as_of").len().sort("as_of", descending=True)
    enough = sizes.filter((pl.col("len").cum_sum() <= MOST_LESSONS) | (pl.int_range(pl.len()) == 0))
    return pairs.join(enough, on="as_of", how="semi").select(PAIR)


def _outcomes(material: Material) -> pl.DataFrame:
    if material.outcomes is None:
        raise InvalidTask("Learning needs outcomes: give --outcomes.")
    return material.outcomes


def _rows_of(material: Material, pairs: pl.DataFrame, facts: pl.DataFrame, horizon: float) -> Rows:
    """Labels made from outcomes, and the running number of the profile as a hint of time."""
    hints = [each.name for each in material.attributes if each.kind == "order"][:1]
    hint = np.zeros(pairs.height)
    for name in hints:
        hint = attribute(facts, name).cast(pl.Float64, strict=False).fill_null(0.0).fill_nan(0.0).to_numpy()
    return Rows(
        t=moments(pairs["as_of"], pairs.height),
        labels=labels_of(pairs, _outcomes(material), horizon),
        people=pairs["person_id"].rank("dense").cast(pl.Int64).to_numpy(),
        hint=hint,
    )


def evidence_of(material: Material, pairs: pl.DataFrame) -> Evidence:
    """Every pair's evidence: the person's signals before the instant."""
    mine = pairs.lazy().select(PAIR).join(material.signals.lazy(), on="person_id")
    return replay(mine.filter(pl.col("occurred_at") < pl.col("as_of")).collect(), material.catalogue, by=PAIR)


def facts_of(material: Material, pairs: pl.DataFrame) -> pl.DataFrame:
    """Every pair's profile."""
    names = [each.name for each in material.attributes if each.name in material.people.columns]
    profile = pl.struct(names) if names else pl.lit(None, pl.String)
    return pairs.select(PAIR).join(
        material.people.select("person_id", attributes=profile), on="person_id", how="left", maintain_order="left"
    )


def preset_of(material: Material, evidence: Evidence) -> ScoreModel:
    """The preset of the catalogue, with the usual gap and value of the people at hand."""
    return calibrate(preset_model(material.catalogue, material.attributes), evidence)


def scored(material: Material, asked: pl.DataFrame, scorer: Scorer) -> pl.DataFrame:
    """The pairs with score, probability and explanation."""
    parts = [_scored_part(material, part, scorer) for part in _parts(material, asked)]
    return pl.concat(parts) if parts else _empty(asked)


def _parts(material: Material, asked: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Instants one by one where the preset reads the population, else as many rows as memory likes."""
    if asked.is_empty():
        return
    if material.which == "reconnect":
        yield from asked.partition_by("as_of", maintain_order=True)
        return
    for start in range(0, asked.height, MOST_ROWS):
        yield asked.slice(start, MOST_ROWS)


def _scored_part(material: Material, part: pl.DataFrame, scorer: Scorer) -> pl.DataFrame:
    evidence = evidence_of(material, part)
    model = scorer.model or preset_of(material, evidence)
    lines = lines_frame(evidence, facts_of(material, part), model, part["as_of"], material.which, on=PAIR)
    sums = lines.group_by("row").agg(
        score=pl.col("points").sum(),
        whole=pl.col("points").filter(pl.col("line") != CLIP_LINE).sum(),
    )
    sums = sums.with_columns(decimal(sums["score"]), decimal(sums["whole"]))
    rows = part.select(PAIR).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    frame = rows.join(sums, on="row", how="left").join(explanations(lines), on="row", how="left").sort("row")
    chance = pl.Series("probability", [None] * frame.height, dtype=pl.Float64)
    if scorer.scaling is not None:
        log_odds = ((frame["whole"].fill_null(BASES[material.which]) - BASES[material.which]) / POINTS).to_numpy()
        chance = pl.Series("probability", scorer.scaling.probability(log_odds)).round(6)
    shown = pl.when(pl.col("score").is_not_null()).then(chance).alias("probability")
    return frame.select(*PAIR, "score", shown, "explanation")


def _empty(asked: pl.DataFrame) -> pl.DataFrame:
    columns = {"score": pl.Float64, "probability": pl.Float64, "explanation": pl.String}
    return asked.clear().select(*PAIR, *(pl.lit(None, kind).alias(name) for name, kind in columns.items()))


def _in_order(asked: pl.DataFrame, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows in the order in which they were asked for."""
    return asked.select(PAIR).join(pl.concat(parts), on=PAIR, how="left", maintain_order="left")
