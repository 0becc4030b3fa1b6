"""Decayed sums per person and type, capped per UTC day.

Three sums go over all types in which a person took part: HEAT (weighted, one half-life for everybody, so that its order
never changes with time), SHORT and LONG (days with any such signal: the two windows of coming back).
"""

from __future__ import annotations

from collections.abc import Iterable

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
    known = {kind.type: kind.half_life for kind in catalogue.values()}
    known |= {HEAT: HEAT_HALF_LIFE_DAYS, SHORT: SHORT_HALF_LIFE_DAYS, LONG: catalogue.long_half_life_days}
    return np.array([known.get(name, UNKNOWN_HALF_LIFE_DAYS) for name in names])


def day_rows(intake: Intake) -> pl.DataFrame:
    """One row per person, type and UTC day: how many, the instant of the last, the sum of values."""
    whole = (pl.col("value") * VALUE_SCALE).round().cast(pl.Int64)
    return intake.rows.group_by(_DAY).agg(n=pl.len().cast(pl.Int32), at=pl.col("at").max(), value=whole.sum())


def amounts(days: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """What each day adds to the sum of its type and to the sums over all types."""
    own = days.with_columns(count=pl.col("n").clip(upper_bound=DAY_CAP))
    own = own.with_columns(amount=pl.col("count").cast(pl.Float64))
    engaged = own.join(_weights(catalogue), on="type")
    heat = engaged.select("g", "at", type=pl.lit(HEAT), amount=pl.col("amount") * pl.col("weight"))
    met = engaged.group_by("g", "day").agg(pl.col("at").max()).with_columns(amount=pl.lit(1.0))
    both = [met.select("g", "at", "amount", type=pl.lit(name)) for name in (SHORT, LONG)]
    return pl.concat([own.select(_AMOUNT), *(_uncounted(frame) for frame in (heat, *both))])


def _weights(catalogue: Catalogue) -> pl.DataFrame:
    rows = [(kind.type, kind.weight) for kind in catalogue.values() if kind.engaging]
    return pl.DataFrame(rows, schema={"type": pl.String, "weight": pl.Float64}, orient="row")


def _uncounted(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of a sum over all types: no value, and days are counted in SHORT and LONG only."""
    met = pl.when(pl.col("type") == HEAT).then(0).otherwise(pl.col("amount").sign())
    return frame.with_columns(n=pl.lit(0, pl.Int32), count=met.cast(pl.Int32), value=pl.lit(0, pl.Int64)).select(
        _AMOUNT
    )


def merged(new: pl.DataFrame, known: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """The amounts of new days on top of known sums; a day that was already begun is taken out and counted anew."""
    begun = known.with_columns(at=pl.col("last_at").dt.epoch("us"), day=pl.col("last_at").dt.epoch("d"))
    again = begun.join(new.select(_DAY), on=_DAY)
    whole = pl.concat(
        [new.select(*_DAY, "n", "at", "value"), again.select(*_DAY, n="day_count", at="at", value=pl.lit(0, pl.Int64))]
    )
    days = whole.group_by(_DAY).agg(pl.col("n").sum().cast(pl.Int32), pl.col("at").max(), pl.col("value").sum())
    carried = begun.select(
        "g",
        "type",
        "at",
        "amount",
        n="day_count",
        count="total",
        value=(pl.col("value_amount") * VALUE_SCALE).round().cast(pl.Int64),
    )
    return pl.concat([carried, _taken_out(begun, again, new, catalogue), amounts(days, catalogue)])


def _taken_out(begun: pl.DataFrame, again: pl.DataFrame, new: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """What the begun days had added, with the opposite sign."""
    capped = pl.col("day_count").clip(upper_bound=DAY_CAP)
    own = again.select(
        "g",
        "type",
        "at",
        amount=-capped.cast(pl.Float64),
        n=pl.lit(0, pl.Int32),
        count=-capped,
        value=pl.lit(0, pl.Int64),
    )
    heat = again.join(_weights(catalogue), on="type").select(
        "g", "at", type=pl.lit(HEAT), amount=-(capped * pl.col("weight"))
    )
    met = new.join(_weights(catalogue), on="type").select("g", "day").unique()
    over_all = begun.filter(pl.col("type").is_in([SHORT, LONG])).join(met, on=["g", "day"])
    return pl.concat([own, _uncounted(heat), _uncounted(over_all.select("g", "at", "type", amount=pl.lit(-1.0)))])


def decayed_sums(rows: pl.DataFrame, intake: Intake, catalogue: Catalogue) -> pl.DataFrame:
    """The accumulators; rows are first put in one order, so that equal sets give equal bits."""
    names = rows.select(pl.col("type").unique().sort()).with_row_index("kind")
    key = pl.col("g").cast(pl.Int64) * names.height + pl.col("kind")
    ordered = rows.join(names, on="type").drop("type").with_columns(key=key).sort("key", "at", "amount")
    kind, at = ordered["kind"].to_numpy(), ordered["at"].to_numpy()
    starts = _starts(ordered["key"].to_numpy())
    ends = np.append(starts[1:], len(at)) - 1
    age = np.repeat(at[ends], ends - starts + 1) - at
    amount = np.add.reduceat(
        ordered["amount"].to_numpy() * factor(age, half_lives(names["type"], catalogue)[kind]), starts
    )
    frame = pl.DataFrame(
        {
            "g": ordered["g"].gather(starts),
            "kind": ordered["kind"].gather(starts),
            "amount": np.maximum(amount, 0.0),  # taking a day out may leave -1e-17
            "last_at": at[ends],
            "day_count": ordered["n"].to_numpy()[ends],
            "total": np.add.reduceat(ordered["count"].to_numpy(), starts),
            "value_amount": np.add.reduceat(ordered["value"].to_numpy(), starts) / VALUE_SCALE,
        }
    )
    instant = pl.from_epoch("last_at", time_unit="us").dt.replace_time_zone("UTC")
    named = frame.with_columns(instant).join(names, on="kind").join(intake.keys, on="g").sort("g", "kind")
    return named.select(*intake.by, *(pl.col(name).cast(kind) for name, kind in ACCUMULATORS.items()))


def _starts(key: Ints) -> Ints:
    """Where each run of one person and one type begins."""
    return np.flatnonzero(np.append(True, key[1:] != key[:-1]))
