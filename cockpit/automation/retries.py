"""What an attempt becomes after a call, by the outcome and by what the Hub was said to be able to do.

             the call was surely not made   nobody can say
mode none    tried again, then given up     UNKNOWN for good, unless the Hub or a person tells
mode key     the same                       tried again with the same key
mode lookup  the same                       the Hub is asked first
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from cockpit.storage.attempts import FAILED_NOT_SENT, RESERVED, UNKNOWN, Attempt

NONE: Final = "none"  # of `hub.idempotency`
# Then it is a dead letter: kept, shown, and left to people. With the waits below the last call comes after 10.4 hours:
# a Hub that is away for a working day is waited for, and one that takes keys still knows them (Stripe's: 24 hours).
MOST_CALLS: Final = 20
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(hours=1)
FREE: Final = {"lease_owner": None, "lease_until": None, "held_until": None}


def wait_after(calls: int, asked: float | None = None) -> timedelta:
    """How long to wait after so many calls; as long as the Hub asks for, at least."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(calls - 1, 0), 12)
    return max(min(doubled, LONGEST_WAIT), timedelta(seconds=asked or 0))


def after_ambiguous(attempt: Attempt, mode: str, why: str, now: datetime) -> dict[str, Any]:
    """It may have gone out."""
    again = mode != NONE and attempt.attempt_no < MOST_CALLS
    return {
        "state": UNKNOWN,
        "execute_after": now + wait_after(attempt.attempt_no) if again else None,
        "error": why,
        "reason": None if again else dead_letter(attempt, mode),
        "lease_until": None,  # the owner stays: a late answer of that very call may still settle it
        "held_until": None,
        "updated_at": now,
    }


def after_not_sent(attempt: Attempt, why: str, now: datetime, *, again: bool, asked: float | None) -> dict[str, Any]:
    """It surely did not go out."""
    if again and attempt.attempt_no < MOST_CALLS:
        waits = {"state": RESERVED, "execute_after": now + wait_after(attempt.attempt_no, asked)}
        return {**FREE, **waits, "error": why, "reason": why, "sent_at": None, "updated_at": now}
    ended = {"state": FAILED_NOT_SENT, "execute_after": None, "finished_at": now}
    return {**FREE, **ended, "error": why, "reason": why, "sent_at": None, "updated_at": now}


def dead_letter(attempt: Attempt, mode: str) -> str:
    """Why it is left to people."""
    if mode == NONE:
        return "It may have gone out: the Hub cannot be asked again without risking a second one."
    return f"It may have gone out, and {attempt.attempt_no} calls could not find out."
