"""Signals as they are handed over: checked, numbered by person, and joined with what their types mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
import polars as pl

from scoring.signals import Catalogue, SignalType

PERSON = ("person_id",)
INSTANT = pl.Datetime("us", "UTC")


_ABSENT = {
    "value": pl.lit(None, pl.Float64()).alias("value"),
    "scheduled_for": pl.lit(None, INSTANT).alias("scheduled_for"),
}
_READ = (
    pl.col("type").cast(pl.String),
    pl.col("occurred_at").cast(INSTANT).dt.epoch("us").alias("at"),
    pl.col("occurred_at").cast(INSTANT).dt.epoch("d").alias("day"),
    pl.col("value").cast(pl.Float64),
    pl.col("scheduled_for").cast(INSTANT).dt.epoch("us").alias("planned"),
)


class InvalidSignals(ValueError):
    """The signals cannot be read."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Signal rows with a number `g` per person, and the frame that says who `g` is."""

    rows: pl.DataFrame
    keys: pl.DataFrame

    @property
    def by(self) -> list[str]:
        """The columns that say who is meant."""
        return [name for name in self.keys.columns if name != "g"]


def read(signals: pl.DataFrame, catalogue: Catalogue, as_of: datetime | None, by: Sequence[str]) -> Intake:
    """The rows before the instant (and before the row's own `as_of`, when there is one)."""
    rows = checked(_before(signals, as_of), by)
    keys = rows.select(by).unique().sort(by).with_row_index("g")
    numbered = rows.join(keys, on=list(by))
    return Intake(numbered.join(meanings(catalogue), on="type", how="left"), keys)


def _before(signals: pl.DataFrame, as_of: datetime | None) -> pl.DataFrame:
    if as_of is not None:
        signals = signals.filter(pl.col("occurred_at") < as_of)
    return signals.filter(pl.col("occurred_at") < pl.col("as_of")) if "as_of" in signals.columns else signals


def checked(signals: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The columns the engine reads; absent optional ones are null."""
    absent = [null for name, null in _ABSENT.items() if name not in signals.columns]
    rows = (signals.with_columns(absent) if absent else signals).select(*by, *_READ)
    if any(rows[name].null_count() for name in (*by, "type", "at")):
        raise InvalidSignals("A signal lacks its person, type or time.")
    if not np.isfinite(rows["value"].drop_nulls().to_numpy()).all():
        raise InvalidSignals("A signal has a value that is not a finite number.")
    return rows


@lru_cache(maxsize=64)
def meanings(catalogue: Catalogue) -> pl.DataFrame:
    """One row per type with what conversations need; types that are not in the catalogue mean nothing."""
    return pl.DataFrame([_meaning(kind) for kind in catalogue.values()], schema=_MEANING)


_MEANING: dict[str, pl.DataType] = {
    "type": pl.String(),
    "inbound": pl.Boolean(),
    "outbound": pl.Boolean(),
    "opens_us": pl.Boolean(),
    "opens_them": pl.Boolean(),
    "closes_us": pl.Boolean(),
    "closes_them": pl.Boolean(),
    "sets": pl.Boolean(),
    "clears": pl.Boolean(),
    "against": pl.Boolean(),
    "opts_out": pl.Boolean(),
    "becomes": pl.String(),
}


def _meaning(kind: SignalType) -> dict[str, object]:
    return {
        "type": kind.type,
        "inbound": kind.direction == "inbound",
        "outbound": kind.direction == "outbound",
        "opens_us": kind.opens_turn in ("us", "both"),
        "opens_them": kind.opens_turn in ("them", "both"),
        "closes_us": kind.closes_turn in ("us", "both"),
        "closes_them": kind.closes_turn in ("them", "both"),
        "sets": kind.plans == "sets",
        "clears": kind.plans == "clears",
        "against": kind.weight < 0,
        "opts_out": kind.opts_out,
        "becomes": kind.lifecycle,
    }
