"""Bands: hot, warm, cold, with hysteresis that needs no memory.

The reference band is the plain band at the person's last signal. Now the person is still in it unless the score
has left it by the hysteresis. So a replay, an as-of and an incremental update agree.
"""

from __future__ import annotations

import numpy as np

from scoring.decay import Floats, Ints
from scoring.model import ScoreModel

NAMES = ("cold", "warm", "hot")
NO_DATA = "no data"
FAR = 2**40  # beyond any score, in hundredths


def hundredths(score: Floats) -> Ints:
    """Points as whole hundredths, halves up."""
    return np.floor(score * 100 + 0.5).astype(np.int64)


def plain_band(points: Ints, model: ScoreModel) -> Ints:
    """The band by the thresholds alone: an index into NAMES."""
    warm, hot = _thresholds(model)
    return (points >= warm).astype(np.int64) + (points >= hot)


def limits(reference: Ints, model: ScoreModel) -> tuple[Ints, Ints]:
    """From where to below where a score stays in its reference band."""
    warm, hot = _thresholds(model)
    slack = round(model.hysteresis * 100)
    low = np.array([-FAR, warm - slack, hot - slack])[reference]
    high = np.array([warm + slack, hot + slack, FAR])[reference]
    return low, high


def band(points: Ints, reference: Ints, model: ScoreModel) -> Ints:
    """The band now."""
    low, high = limits(reference, model)
    return np.where((points >= low) & (points < high), reference, plain_band(points, model))


def reach(points: Ints, reference: Ints, model: ScoreModel) -> tuple[Ints, Ints]:
    """From where to below where the band stays what it is now."""
    warm, hot = _thresholds(model)
    now = band(points, reference, model)
    kept_low, kept_high = limits(reference, model)
    low, high = np.array([-FAR, warm, hot])[now], np.array([warm, hot, FAR])[now]
    kept = now == reference
    # outside its reference a band ends where the reference begins again
    low = np.where(kept, kept_low, np.where(reference < now, np.maximum(low, kept_high), low))
    high = np.where(kept, kept_high, np.where(reference > now, np.minimum(high, kept_low), high))
    return low, high


def _thresholds(model: ScoreModel) -> tuple[int, int]:
    return round(model.warm * 100), round(model.hot * 100)
