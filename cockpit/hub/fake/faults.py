"""What can go wrong between a request and its answer, and when it does: by lot, or the next ones by name."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from cockpit.errors import InvalidInput


class Fault(StrEnum):
    """A fault; the name says whether the outreach is taken before it shows."""

    RESET_BEFORE = "reset_before"  # the connection breaks, nothing was taken
    ERROR_BEFORE = "error_before"  # HTTP 500, nothing was taken
    TOO_MANY = "too_many"  # HTTP 429 with Retry-After
    REFUSED = "refused"  # HTTP 422
    WRONG_KEY = "wrong_key"  # HTTP 403
    RESET_AFTER = "reset_after"  # taken, then the connection breaks
    ERROR_AFTER = "error_after"  # taken, then HTTP 502
    HANG = "hang"  # taken, then silence
    DRIP = "drip"  # taken, then an answer that comes byte by byte
    MALFORMED = "malformed"  # taken, then HTTP 200 with no JSON
    EMPTY = "empty"  # taken, then HTTP 200 that names no engagement
    SLOW = "slow"  # taken, answered late but well

    @property
    def before(self) -> bool:
        """Whether nothing is taken."""
        return self in BEFORE


BEFORE = frozenset({Fault.RESET_BEFORE, Fault.ERROR_BEFORE, Fault.TOO_MANY, Fault.REFUSED, Fault.WRONG_KEY})
# The mix that outreach was tested with elsewhere: 20 % before and 22 % after the Hub has taken it.
CAMPAIGN: Mapping[str, float] = {"error_before": 0.12, "reset_before": 0.08, "hang": 0.12, "error_after": 0.10}


@dataclass(frozen=True, slots=True)
class Shares:
    """How often each fault is drawn."""

    shares: Mapping[Fault, float]

    @classmethod
    def checked(cls, shares: Mapping[str, float]) -> Shares:
        """Shares that can be drawn from.

        Raises:
            InvalidInput: a fault nobody knows, or more than everything.
        """
        known = {fault.value for fault in Fault}
        if strange := sorted(set(shares) - known):
            raise InvalidInput(f"There is no fault {strange[0]}: {', '.join(sorted(known))}.")
        if any(not 0 <= share <= 1 for share in shares.values()) or sum(shares.values()) > 1 + 1e-9:
            raise InvalidInput("Shares are between 0 and 1, and together at most 1.")
        return cls({Fault(name): float(share) for name, share in shares.items()})


class Faults:
    """Draws the fault of each request; the same seed and order of requests give the same faults."""

    def __init__(self) -> None:
        """Begin without faults."""
        self._lock = Lock()
        self._shares = Shares({})
        self._next: deque[Fault | None] = deque()
        self._lots = random.Random(0)  # noqa: S311 - a lot, no secret

    def set(self, shares: Mapping[str, float], following: Sequence[str | None] = (), seed: int = 0) -> None:
        """Draw by these shares from now on, and before that the `following` ones in turn; None is no fault."""
        checked = Shares.checked(shares)
        queue = deque(None if name is None else next(iter(Shares.checked({name: 1}).shares)) for name in following)
        with self._lock:
            self._shares, self._next, self._lots = checked, queue, random.Random(seed)  # noqa: S311

    def draw(self) -> Fault | None:
        """The fault of one request."""
        with self._lock:
            if self._next:
                return self._next.popleft()
            lot = self._lots.random()
            for fault, share in self._shares.shares.items():
                lot -= share
                if lot < 0:
                    return fault
            return None
