"""How often somebody may ask: counted in this process, per credential or address."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from limits import parse_many

from cockpit.errors import Misconfigured

FAILURES = "20/minute"  # wrong keys from one address
MOST_KEPT = 10_000  # windows; beyond that, those that are over are forgotten


@dataclass(slots=True)
class Window:
    """What one of them asked since the first time that still counts."""

    ends: float
    asked: int = 0


@dataclass(slots=True)
class Fixed:
    """One limit: so many in so many seconds, counted from the first.

    The storage of `limits` starts a thread for nearly every request, to forget what is over: an eighth of its time.
    """

    most: int
    seconds: int
    windows: dict[str, Window] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def hit(self, who: str, now: float) -> float | None:
        """Count one more; the instant until which that is too many."""
        with self.lock:
            window = self.windows.get(who)
            if window is None or window.ends <= now:
                self._forget(now)
                window = self.windows[who] = Window(now + self.seconds)
            window.asked += 1
            return window.ends if window.asked > self.most else None

    def full(self, who: str, now: float) -> float | None:
        """The instant until which one more would be too many; nothing is counted."""
        window = self.windows.get(who)
        return window.ends if window and window.asked >= self.most and window.ends > now else None

    def _forget(self, now: float) -> None:
        if len(self.windows) >= MOST_KEPT:
            self.windows = {who: window for who, window in self.windows.items() if window.ends > now}


class RateLimit:
    """One limit, or several at once, such as `400/second;20000/minute`."""

    def __init__(self, text: str, clock: Callable[[], float]) -> None:
        """Read the limits; `clock` tells the seconds since 1970.

        Raises:
            Misconfigured: they cannot be read.
        """
        try:
            self._limits = [Fixed(item.amount, item.get_expiry()) for item in parse_many(text)]
        except ValueError as error:
            raise Misconfigured(f"{text!r} is no rate limit: write it like 400/second;20000/minute.") from error
        self._clock = clock

    def hit(self, who: str) -> int | None:
        """Count one more; the seconds to wait when that is too many."""
        now = self._clock()
        return _wait([until for limit in self._limits if (until := limit.hit(who, now))], now)

    def wait(self, who: str) -> int | None:
        """The seconds to wait, without counting."""
        now = self._clock()
        return _wait([until for limit in self._limits if (until := limit.full(who, now))], now)


def _wait(ends: list[float], now: float) -> int | None:
    return max(1, math.ceil(max(ends) - now)) if ends else None
