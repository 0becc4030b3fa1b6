"""Labels from outcomes: did it follow within the horizon, as far as it was known at the time of learning."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scoring.task import days

if TYPE_CHECKING:
    from numpy.typing import NDArray


def known_pairs(pairs: pl.DataFrame, horizon_days: float, before: datetime) -> pl.DataFrame:
    """The (as_of, person_id) pairs whose horizon is over by `before`: of the others the label is not known yet."""
    return pairs.filter(pl.col("as_of") + days(horizon_days) <= before)


def labels_of(pairs: pl.DataFrame, outcomes: pl.DataFrame, horizon_days: float) -> NDArray[np.float64]:
    """1 where the outcome came in [as_of, as_of + horizon), else 0, in the order of the pairs."""
    came = (
        pairs.lazy()
        .select("as_of", "person_id")
        .with_row_index("row")
        .join(outcomes.lazy().select("person_id", "occurred_at"), on="person_id")
        .filter(pl.col("occurred_at") >= pl.col("as_of"))
        .filter(pl.col("occurred_at") < pl.col("as_of") + days(horizon_days))
        .select("row")
        .unique()
        .collect()
    )
    labels = np.zeros(pairs.height)
    labels[came["row"].to_numpy()] = 1.0
    return labels
