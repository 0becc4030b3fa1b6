"""Decayed sums per person and type, capped per UTC day.

Three sums go over all types in which a person took part: HEAT (weighted, one half-life for everybody, so that its order
never changes with time), SHORT and LONG (days with any such signal: the two windows of coming back).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from scoring.decay import Floats, Ints, factor
from scoring.intake import INSTANT, Intake
from scoring.signals import Catalogue

HEAT, SHORT, LONG = "@heat", "@short", "@long"
HEAT_HALF_LIFE_DAYS = 14.0
SHORT_HALF_LIFE_DAYS = 28.0
UNKNOWN_HALF_LIFE_DAYS = 14.0
DAY_CAP = 3  # more signals of one type on one day say nothing new
VALUE_SCALE = 10_000  # values are added as whole ten-thousandths: the same sum in any order

ACCUMULATORS: dict[str, pl.DataType] = {
    "type": pl.String(),
    "amount": pl.Float64(),
    "last_at": INSTANT,
    "day_count": pl.Int32(),
    "total": pl.Int32(),
    "value_amount": pl.Float64(),
}
_DAY = ("g", "type", "day")
_AMOUNT = ("g", "type", "at", "amount", "n", "count", "value")


def half_lives(names: Iterable[str], catalogue: Catalogue) -> Floats:
    """Days until a signal counts half in each sum."""
    known = _half_lives(catalogue)
    return np.array([known.get(name, UNKNOWN_HALF_LIFE_DAYS) for name in names])


@lru_cache(maxsize=64)
def _half_lives(catalogue: Catalogue) -> Mapping[str, float]:
    own = {kind.type: kind.half_life for kind in catalogue.values()}
    return own | {HEAT: HEAT_HALF_LIFE_DAYS, SHORT: SHORT_HALF_LIFE_DAYS, LONG: catalogue.long_half_life_days}


def day_rows(intake: Intake) -> pl.DataFrame:
    """One row per person, type and UTC day: how many, the instant of the last, the sum of values."""
    whole = (pl.col("value") * VALUE_SCALE).round().cast(pl.Int64)
    return intake.rows.group_by(_DAY).agg(n=pl.len().cast(pl.Int32), at=pl.col("at").max(), value=whole.sum())


def amounts(days: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """What each day adds to the sum of its type and to the sums over all types."""
    engaged = days.join(_weights(catalogue), on="type")
    met = engaged.group_by("g", "day").agg(pl.col("at").max())
    return pl.concat([days.select(_OWN), engaged.select(_HEATED), met.select(_MET[SHORT]), met.select(_MET[LONG])])


@lru_cache(maxsize=64)
def _weights(catalogue: Catalogue) -> pl.DataFrame:
    rows = [(kind.type, kind.weight) for kind in catalogue.values() if kind.engaging]
    return pl.DataFrame(rows, schema={"type": pl.String, "weight": pl.Float64}, orient="row")


def _over_all(kind: pl.Expr, amount: pl.Expr, count: int) -> list[pl.Expr]:
    """Rows of a sum over all types: no value, and days are counted in SHORT and LONG only."""
    fields = {"type": kind, "amount": amount, "n": pl.lit(0, pl.Int32), "count": pl.lit(count, pl.Int32)}
    fields["value"] = pl.lit(0, pl.Int64)
    return [fields[name].alias(name) if name in fields else pl.col(name) for name in _AMOUNT]


def merged(new: pl.DataFrame, known: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """The amounts of new days on top of known sums; a day that was already begun is taken out and counted anew."""
    begun = known.with_columns(_LAST_DAY)
    again = begun.join(new.select(_DAY), on=_DAY)
    if again.height:
        whole = pl.concat([new.select(*_DAY, "n", "at", "value"), again.select(_BEGUN)])
        days = whole.group_by(_DAY).agg(pl.col("n").sum().cast(pl.Int32), pl.col("at").max(), pl.col("value").sum())
    else:
        days = new
    return pl.concat([begun.select(_CARRIED), *_taken_out(begun, again, new, catalogue), amounts(days, catalogue)])


def _taken_out(
    begun: pl.DataFrame, again: pl.DataFrame, new: pl.DataFrame, catalogue: Catalogue
) -> Iterator[pl.DataFrame]:
    """What the begun days had added, with the opposite sign."""
    if again.height:
        yield again.select(_OWN_OUT)
        yield again.join(_weights(catalogue), on="type").select(_HEAT_OUT)
    met = new.join(_weights(catalogue), on="type").select("g", "day").unique()
    yield begun.filter(_MEETING).join(met, on=["g", "day"]).select(_MET_OUT)


def decayed_sums(rows: pl.DataFrame, intake: Intake, catalogue: Catalogue) -> pl.DataFrame:
    """The accumulators; rows are first put in one order, so that equal sets give equal bits."""
    names = rows.select(pl.col("type").unique().sort()).with_row_index("kind")
    key = pl.col("g").cast(pl.Int64) * names.height + pl.col("kind")
    ordered = rows.join(names, on="type").drop("type").with_columns(key=key).sort("key", "at", "amount")
    half_life = half_lives(names["type"], catalogue)[ordered["kind"].to_numpy()]
    starts = _starts(ordered["key"].to_numpy())
    at, amount, count, value = (ordered[name].to_numpy() for name in ("at", "amount", "count", "value"))
    sums = summed(starts, at, amount, count=count, value=value, half_life=half_life)
    frame = pl.DataFrame(
        {
            "g": ordered["g"].gather(starts),
            "kind": ordered["kind"].gather(starts),
            "amount": sums.amount,
            "last_at": at[sums.ends],
            "day_count": ordered["n"].to_numpy()[sums.ends],
            "total": sums.total,
            "value_amount": sums.value,
        }
    )
    instant = pl.from_epoch("last_at", time_unit="us").dt.replace_time_zone("UTC")
    named = frame.with_columns(instant).join(names, on="kind").join(intake.keys, on="g").sort("g", "kind")
    return named.select(*intake.by, *(pl.col(name).cast(kind) for name, kind in ACCUMULATORS.items()))


@dataclass(frozen=True, slots=True)
class Summed:
    """The sums of runs of rows, and the place of the last row of each."""

    ends: Ints
    amount: Floats
    total: Ints
    value: Floats


def summed(starts: Ints, at: Ints, amount: Floats, *, count: Ints, value: Ints, half_life: Floats) -> Summed:
    """Each run of rows, in the order of time, decayed to its last instant."""
    ends = np.append(starts[1:], len(at)) - 1
    age = np.repeat(at[ends], ends - starts + 1) - at
    decayed = np.add.reduceat(amount * factor(age, half_life), starts)
    total, whole = np.add.reduceat(count, starts), np.add.reduceat(value, starts)
    return Summed(ends, np.maximum(decayed, 0.0), total, whole / VALUE_SCALE)  # taking a day out may leave -1e-17


def _starts(key: Ints) -> Ints:
    """Where each run of one person and one type begins."""
    return np.flatnonzero(np.append(True, key[1:] != key[:-1]))


# Made once: writing the expressions takes longer than looking at a handful of people.
_COUNTED = pl.col("n").clip(upper_bound=DAY_CAP)
_OWN = [
    *map(pl.col, ("g", "type", "at")),
    _COUNTED.cast(pl.Float64).alias("amount"),
    pl.col("n"),
    _COUNTED.alias("count"),
    pl.col("value"),
]
_HEATED = _over_all(pl.lit(HEAT), _COUNTED.cast(pl.Float64) * pl.col("weight"), 0)
_MET = {name: _over_all(pl.lit(name), pl.lit(1.0), 1) for name in (SHORT, LONG)}
_LAST_DAY = (pl.col("last_at").dt.epoch("us").alias("at"), pl.col("last_at").dt.epoch("d").alias("day"))
_BEGUN = [*map(pl.col, _DAY), pl.col("day_count").alias("n"), pl.col("at"), pl.lit(0, pl.Int64).alias("value")]
_CARRIED = [
    *map(pl.col, ("g", "type", "at", "amount")),
    pl.col("day_count").alias("n"),
    pl.col("total").alias("count"),
    (pl.col("value_amount") * VALUE_SCALE).round().cast(pl.Int64).alias("value"),
]
_CAPPED = pl.col("day_count").clip(upper_bound=DAY_CAP)
_OWN_OUT = [
    *map(pl.col, ("g", "type", "at")),
    (-_CAPPED.cast(pl.Float64)).alias("amount"),
    pl.lit(0, pl.Int32).alias("n"),
    (-_CAPPED).alias("count"),
    pl.lit(0, pl.Int64).alias("value"),
]
_HEAT_OUT = _over_all(pl.lit(HEAT), -(_CAPPED * pl.col("weight")), 0)
_MEETING = pl.col("type").is_in([SHORT, LONG])
_MET_OUT = _over_all(pl.col("type"), pl.lit(-1.0), -1)
