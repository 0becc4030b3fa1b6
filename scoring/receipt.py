"""Receipts: why a score is what it is, and what would change it."""

from scoring.lines import Line, Receipt, SignalsOfLine, lines_frame, receipt
from scoring.whatif import Counterfactual, Difference, compare, counterfactuals, history

__all__ = [
    "Counterfactual",
    "Difference",
    "Line",
    "Receipt",
    "SignalsOfLine",
    "compare",
    "counterfactuals",
    "history",
    "lines_frame",
    "receipt",
]
