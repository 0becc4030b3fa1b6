"""Forward decay and saturation: the arithmetic of fading evidence.

A sum is kept as the pair (amount, instant): exact at any later instant, and it never overflows (performance.md 1).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY = 86_400_000_000  # microseconds
LOWEST_EXPONENT = -1000.0  # 2**-1000 is nothing, and PostgreSQL refuses smaller ones


def factor(microseconds: Ints, half_life_days: float | Floats) -> Floats:
    """What remains of 1 after so long."""
    exponent = microseconds / (-half_life_days * DAY)
    remains: Floats = np.exp2(np.clip(exponent, LOWEST_EXPONENT, 0.0))
    return remains


def saturate(amount: Floats, half_point: float) -> Floats:
    """From 0 to 1: half at the half point, never 1."""
    return amount / (amount + half_point)
