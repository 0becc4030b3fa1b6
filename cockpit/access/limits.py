"""How often somebody may ask: counted in this process, per credential or address."""

from __future__ import annotations

import math
from collections.abc import Callable

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from cockpit.errors import Misconfigured

FAILURES = "20/minute"  # wrong keys from one address


class RateLimit:
    """One limit, or several at once, such as `400/second;20000/minute`."""

    def __init__(self, text: str, clock: Callable[[], float]) -> None:
        """Read the limits; `clock` tells the seconds since 1970.

        Raises:
            Misconfigured: they cannot be read.
        """
        try:
            self._items: list[RateLimitItem] = parse_many(text)
        except ValueError as error:
            raise Misconfigured(f"{text!r} is no rate limit: write it like 400/second;20000/minute.") from error
        self._clock = clock
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def hit(self, who: str) -> int | None:
        """Count one more; the seconds to wait when that is too many."""
        refused = [item for item in self._items if not self._limiter.hit(item, who)]
        return max((self._wait(item, who) for item in refused), default=None)

    def wait(self, who: str) -> int | None:
        """The seconds to wait, without counting."""
        refused = [item for item in self._items if not self._limiter.test(item, who)]
        return max((self._wait(item, who) for item in refused), default=None)

    def _wait(self, item: RateLimitItem, who: str) -> int:
        return max(1, math.ceil(self._limiter.get_window_stats(item, who).reset_time - self._clock()))
