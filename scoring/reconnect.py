"""Coming back: who was engaged once, how long ago, and how likely and how valuable a return is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import polars as pl

from scoring.accumulate import SHORT
from scoring.decay import DAY, Flags, Floats, Ints
from scoring.evidence import Evidence
from scoring.inputs import Source, latest
from scoring.model import ScoreModel
from scoring.terms import Term
from scoring.values import NEVER, instants

RECENT_DAYS = (30, 91)  # quiet 30..90 days
ROUNDING = 2e-6  # of two keys
OLDIES_DAYS = (91, 366)  # quiet 91..365 days; older ones need their consent checked again


@dataclass(frozen=True, slots=True)
class Return:
    """What coming back is computed from."""

    since: Ints  # the last time they took part; NEVER: not engaged
    value: Floats  # log of one plus the amount

    def window(self, t: Ints, days: tuple[int, int]) -> Flags:
        """Who has been quiet for so long."""
        known = self.since != NEVER
        quiet = t - np.where(known, self.since, t)
        within: Flags = known & (quiet >= days[0] * DAY) & (quiet < days[1] * DAY)
        return within


def returns(source: Source, customers: Flags) -> Return:
    """Engaged people, and customers by their last signal of any kind."""
    engaged = latest(source.of([SHORT]), source.size)
    any_at = instants(source.people["last_at"])
    since = np.where((engaged == NEVER) & customers, any_at, engaged)
    return Return(since, np.log1p(np.maximum(amount(source), 0.0)))


def amount(source: Source) -> Floats:
    """What a person is worth: the amount on file, else what they bought."""
    bought = np.zeros(source.size)
    for sums in source.sums.values():
        bought[sums.rows] += sums.value
    if "value" not in source.facts.columns:
        return bought
    on_file = source.facts["value"].cast(pl.Float64).to_numpy()
    return np.where(np.isfinite(on_file), on_file, bought)


def recent_key(log_odds: Floats) -> Floats:
    """The chance, as log-odds."""
    return np.round(log_odds, 6)


def oldies_key(log_odds: Floats, back: Return) -> Floats:
    """Chance times value, as a logarithm."""
    return np.round(back.value - np.logaddexp(0.0, -log_odds), 6)


def oldies_margin(log_odds: Floats, back: Return, drift: float) -> Floats:
    """How far the key can move while the log-odds stay within a drift: little where they are high."""
    margin: Floats = oldies_key(log_odds, back) - oldies_key(log_odds - drift, back) + ROUNDING
    return margin


def calibrate(model: ScoreModel, evidence: Evidence, now: datetime | None = None) -> ScoreModel:
    """The model with the usual gap and the median value of this population, as seen at `now` or at each `as_of`."""
    by = [name for name in ("as_of", "person_id") if name in evidence.people.columns]
    met = evidence.accumulators.filter(pl.col("type") == SHORT).join(evidence.people.select(*by, "first_at"), on=by)
    seen = pl.col("as_of") if now is None else pl.lit(now)
    gap = met.select(((seen - pl.col("first_at")).dt.total_microseconds() / DAY / pl.col("total")).median()).item()
    paid = evidence.accumulators.group_by(by).agg(pl.col("value_amount").sum()).filter(pl.col("value_amount") > 0)
    median = paid["value_amount"].median()
    gap_days = max(float(gap), 1.0) if gap is not None else model.gap_days
    value = float(median) if isinstance(median, float) else model.median_value
    terms = tuple(_calibrated(term, gap_days, value) for term in model.terms)
    return replace(model, terms=terms, gap_days=gap_days, median_value=value)


def _calibrated(term: Term, gap_days: float, value: float | None) -> Term:
    params = dict(term.params)
    if "gap_days" in params:
        params["gap_days"] = gap_days
    if term.key == "reconnect:silence":
        params["half_life_days"] = gap_days
    if term.key == "reconnect:value" and value:
        params["median"] = value
    return replace(term, params=params)
