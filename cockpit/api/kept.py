"""Answers of the database that are kept for a moment, so that not every request asks again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

KEPT_SECONDS = 2.0  # what is taken away is gone within five seconds, on open sockets too
MOST = 10_000
Found = TypeVar("Found")


@dataclass(slots=True)
class Kept(Generic[Found]):
    """The answers of one question."""

    ask: Callable[[str], Found]
    clock: Callable[[], float] = time.monotonic
    _answers: dict[str, tuple[float, Found]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: str) -> Found:
        """The answer for a key, at most two seconds old."""
        known = self._known(key)
        return known[1] if known else self._learn(key)

    async def get_async(self, key: str) -> Found:
        """The same from the event loop, which never waits for the database."""
        known = self._known(key)
        return known[1] if known else await run_in_threadpool(self._learn, key)

    def forget(self, key: str) -> None:
        """Ask again next time."""
        with self._lock:
            self._answers.pop(key, None)

    def _known(self, key: str) -> tuple[float, Found] | None:
        known = self._answers.get(key)
        return known if known and self.clock() - known[0] < KEPT_SECONDS else None

    def _learn(self, key: str) -> Found:
        began = self.clock()
        found = self.ask(key)
        with self._lock:
            if len(self._answers) >= MOST:  # somebody tries keys: start over instead of growing
                self._answers.clear()
            known = self._answers.get(key)
            if known is None or known[0] <= began:  # an answer to an earlier question may come later
                self._answers[key] = (began, found)
        return found
