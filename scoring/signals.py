"""The signal catalogue: what types there are and what they mean."""

from scoring.builtin import BUILT_IN
from scoring.signal_type import HALF_LIFE_DAYS, Catalogue, InvalidSignalType, SignalType

__all__ = ["BUILT_IN", "HALF_LIFE_DAYS", "Catalogue", "InvalidSignalType", "SignalType"]
