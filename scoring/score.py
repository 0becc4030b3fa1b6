"""Scores of people at an instant: four numbers, a band, a key per panel, and how long all of it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from scoring.bands import FAR, NAMES, NO_DATA, band, hundredths, plain_band, reach
from scoring.decay import Flags, Floats, Ints
from scoring.evidence import Evidence
from scoring.expiry import (
    HORIZON,
    PRIORITY_DRIFT,
    RECONNECT_DRIFT,
    STALE_DRIFT,
    Holds,
    coarse_break,
    crossing,
    next_boundary,
    steady,
)
from scoring.inputs import Source, latest, moments, source
from scoring.intake import INSTANT, PERSON
from scoring.model import SCORES, ScoreModel
from scoring.reconnect import oldies_margin
from scoring.standing import Standing, standing
from scoring.sums import Line, Sum, lines_of, sum_of
from scoring.terms import POINTS
from scoring.values import NEVER, Fixed

BANDS = (*NAMES, NO_DATA)
KEYS = ("priority", "hot", "follow_up", "stale", "reconnect_recent", "reconnect_oldies", "recent")


@dataclass(frozen=True, slots=True)
class Prepared:
    """People ready to be scored at any instant."""

    source: Source
    model: ScoreModel
    lines: Mapping[str, list[Line]]  # per score
    sums: Mapping[str, Sum]
    with_signals: Flags
    with_profile: Flags

    @property
    def known(self) -> Flags:
        """Who has any data."""
        known: Flags = self.with_signals | self.with_profile
        return known

    def total(self, t: Ints, score: str = "priority") -> Floats:
        """The unclipped score of everybody."""
        return self.sums[score].at(t)

    def has(self, score: str) -> Flags:
        """Who has data for a score."""
        if score in ("priority", "reconnect"):
            return self.known
        return self.with_profile if score == "fit" else self.with_signals

    def shown(self, score: str, t: Ints) -> Floats:
        """A score from 0 to 100, NaN without data."""
        points = np.clip(hundredths(self.total(t, score)), 0, 10_000)
        return np.where(self.has(score), points / 100, np.nan)

    def last_signal(self, t: Ints) -> Ints:
        """The instant of the last signal that means anything; for others the given one."""
        last = latest(self.source.of(list(self.model.titles)), self.source.size)
        return np.where(last == NEVER, t, np.minimum(last, t))


def prepare(
    evidence: Evidence,
    facts: pl.DataFrame,
    model: ScoreModel,
    *,
    scores: Sequence[str] = SCORES,
    on: Sequence[str] = PERSON,
) -> Prepared:
    """Lay out what the model reads of these people."""
    return prepared(source(evidence, facts, on), model, scores)


def prepared(people: Source, model: ScoreModel, scores: Sequence[str] = SCORES) -> Prepared:
    """Each term is computed once, whichever scores it is a line of."""
    wanted = [term for term in model.terms if set(term.scores) & set(scores)]
    lines = lines_of(people, wanted)
    last = latest(people.of(list(model.titles)), people.size)
    by_score = {score: [line for line in lines if score in line.term.scores] for score in scores}
    sums = {score: sum_of(own, people.size, model.bases[score]) for score, own in by_score.items()}
    return Prepared(people, model, by_score, sums, last != NEVER, _with_profile(lines, people.size))


def _with_profile(lines: Sequence[Line], size: int) -> Flags:
    """Who has a value in any attribute the model reads."""
    known = np.zeros(size, dtype=bool)
    for line in lines:
        if "fit" in line.term.scores and isinstance(line.input, Fixed):
            known[line.input.rows[~np.isnan(line.input.values)]] = True
    return known


def score(
    evidence: Evidence,
    facts: pl.DataFrame,
    model: ScoreModel,
    now: datetime | pl.Series,
    *,
    on: Sequence[str] = PERSON,
    ahead: bool = True,
) -> pl.DataFrame:
    """One row per row of `facts`, in its order; `now` is one instant, or one per row.

    Looking ahead (due_at, crosses_at, crosses_to) costs far more than the rest; who needs none of it says so.
    """
    return score_of(source(evidence, facts, on), model, now, on=on, ahead=ahead)


def score_of(
    laid_out: Source,
    model: ScoreModel,
    now: datetime | pl.Series,
    *,
    on: Sequence[str] = PERSON,
    ahead: bool = True,
) -> pl.DataFrame:
    """The same of evidence that is laid out already."""
    people = prepared(laid_out, model)
    t = moments(now, laid_out.size)
    numbers = {name: people.shown(name, t) for name in ("engagement", "intent", "fit", "priority")}
    points = hundredths(people.total(t))
    reference = reference_band(people, t)
    bands = np.where(people.known, band(points, reference, model), -1)
    place = standing(people.source, model)
    whole = np.where(people.known, points / 100, np.nan)
    reconnect = (people.total(t, "reconnect") - model.bases["reconnect"]) / POINTS
    keys = place.keys(t, whole, bands, reconnect)
    margin = np.where(np.isnan(keys["reconnect_oldies"]), np.nan, oldies_margin(reconnect, place.back, RECONNECT_DRIFT))
    due, crosses_at, crosses_to = _holds(people, place, t, points, reference) if ahead else _unknown(t)
    columns = {
        **{name: laid_out.facts[name] for name in on},
        **{name: _known(values) for name, values in numbers.items()},
        "total": _known(whole),
        "band": _texts(BANDS[place] for place in bands.tolist()),
        "computed_at": _instant(t),
        "due_at": _instant(due),
        "crosses_at": _instant(crosses_at),
        "crosses_to": crosses_to,
        "model_version": pl.Series([model.version], dtype=pl.Int32).new_from_index(0, len(t)),
        **{f"{panel}_key": _known(keys[panel]) for panel in KEYS},
        "reconnect_oldies_margin": _known(margin),
    }
    return pl.DataFrame(columns)


def _texts(values: Iterable[str | None]) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String)


def _known(values: Floats) -> pl.Series:
    """Numbers with null for NaN."""
    return pl.Series(values, nan_to_null=True)


def reference_band(people: Prepared, t: Ints) -> Ints:
    """The plain band at the last signal."""
    return plain_band(hundredths(people.total(people.last_signal(t))), people.model)


def _instant(t: Ints) -> pl.Series:
    exact = pl.Series(t).cast(INSTANT)
    never = t == NEVER
    return exact.set(pl.Series(never), None) if never.any() else exact


def _unknown(t: Ints) -> tuple[Ints, Ints, pl.Series]:
    never = np.full(len(t), NEVER)
    return never, never, _texts([None] * len(t))


def _holds(people: Prepared, place: Standing, t: Ints, points: Ints, reference: Ints) -> tuple[Ints, Ints, pl.Series]:
    """When the row must be computed again, when its band changes by time alone, and to what."""
    model = people.model
    low, high = reach(points, reference, model)
    low, high = np.where(people.known, low, -FAR), np.where(people.known, high, FAR)
    cross = crossing(people.sums["priority"], t, low, high)
    crosses = cross.at != NEVER
    after = band(hundredths(people.total(np.where(crosses, cross.at, t))), reference, model)
    to = _texts(NAMES[place] if moves else None for place, moves in zip(after.tolist(), crosses.tolist(), strict=True))
    members = place.members(t, reference)
    drift = coarse_break(t, _steady(people, members, t))
    due = np.minimum(np.minimum(drift, cross.sure_until), next_boundary(t, place.boundaries()))
    stale = t + ((t - place.silence.since) * (2**STALE_DRIFT - 1)).astype(np.int64)
    due = np.where(members["stale"], np.minimum(due, stale), due)
    return np.where(due >= t + HORIZON, NEVER, due), cross.at, to


def _steady(people: Prepared, members: Mapping[str, Flags], t: Ints) -> Holds:
    """Whether no key drifts further than its margin allows."""
    returning = members["reconnect_recent"] | members["reconnect_oldies"]
    priority = steady(people.sums["priority"], t, PRIORITY_DRIFT)
    reconnect = steady(people.sums["reconnect"], t, np.where(returning, RECONNECT_DRIFT * POINTS, np.inf))
    return lambda end: priority(end) & reconnect(end)
