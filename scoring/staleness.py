"""Whose turn it is and since when; whether a person has been quiet for longer than their own rhythm allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from scoring.accumulate import HEAT, HEAT_HALF_LIFE_DAYS
from scoring.decay import DAY, Floats, Ints, factor
from scoring.inputs import Source, own_gap
from scoring.model import ScoreModel
from scoring.values import NEVER, instants

MINUTE = 60_000_000
COLDEST = 1 / 16  # the warmth of people who never took part


def target_minutes(waiting_type: pl.Series, model: ScoreModel) -> Floats:
    """How soon we want to answer what they wait with."""
    of_type, usual = model.response_minutes_of, model.response_minutes
    return np.array([of_type.get(name, usual) for name in waiting_type.to_list()], dtype=np.float64)


def overdue_at(people: pl.DataFrame, model: ScoreModel) -> Ints:
    """The instant from which our answer is late; NEVER when it is not our turn."""
    since = instants(people["waiting_since"])
    allowed = (target_minutes(people["waiting_type"], model) * MINUTE).astype(np.int64)
    return np.where(since == NEVER, NEVER, since + allowed)


def last_touch(people: pl.DataFrame) -> Ints:
    """The last contact from either side; for people without any, their last signal."""
    touch = np.maximum(instants(people["last_inbound_at"]), instants(people["last_outbound_at"]))
    return np.where(touch == NEVER, instants(people["last_at"]), touch)


def usual_gap(people: pl.DataFrame, last: Ints, model: ScoreModel) -> Floats:
    """Days a person usually lets pass between contacts until the last, shrunk to the population's."""
    first = instants(people["first_at"])
    known = (first != NEVER) & (last != NEVER)
    # the first signal that counts may be later than the last contact, when that one was a refusal
    tenure = np.maximum(np.where(known, last, 0) - np.where(known, first, 0), 0) / DAY
    days = people["contact_days"].cast(pl.Float64).to_numpy()  # NaN: none
    return own_gap(tenure, np.fmax(days - 1, 0), model.gap_days, model.pseudo_gaps)


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when a person is quiet, from when that is too long, and how warm they were."""

    since: Ints  # NEVER: no signal at all
    gap_days: Floats
    stale_at: Ints
    warmth: Floats

    def key(self, t: Ints) -> Floats:
        """How overdue times how warm, in powers of two."""
        quiet = np.maximum(t - self.since, 1) / (self.gap_days * DAY)
        key: Floats = np.round(np.log2(quiet * self.warmth), 6)
        return key


def silence(source: Source, model: ScoreModel) -> Silence:
    """The silence of every person."""
    since = last_touch(source.people)
    gap = usual_gap(source.people, since, model)
    allowed = np.maximum(model.stale_quotient * gap, model.stale_days) * DAY
    known = since != NEVER
    stale_at = np.where(known, np.where(known, since, 0) + np.ceil(allowed).astype(np.int64), NEVER)
    return Silence(np.where(known, since, 0), gap, stale_at, _warmth(source, since))


def _warmth(source: Source, since: Ints) -> Floats:
    warmth = np.full(source.size, COLDEST)
    for heat in source.of([HEAT]):
        age = np.maximum(since[heat.rows] - heat.last, 0)
        warmth[heat.rows] += heat.amount * factor(age, HEAT_HALF_LIFE_DAYS)
    return warmth


def planned(people: pl.DataFrame) -> Ints:
    """The planned next step; NEVER without one."""
    return instants(people["next_step_at"])
