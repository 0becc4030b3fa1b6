"""What members did, counted from the signals of their people; the counting itself is pure and lives in scoring."""

from scoring.activity import ACTIONS, BOOKINGS, COUNTS, OPENING, REPLIES, counts_of, difference, no_counts

__all__ = ["ACTIONS", "BOOKINGS", "COUNTS", "OPENING", "REPLIES", "counts_of", "difference", "no_counts"]
