"""A thread of the worker: does the same piece of work again and again until it is stopped."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread

from cockpit.errors import CockpitError

log = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds a stop waits for the work at hand


class Loop:
    """Work that is done again every so many seconds."""

    def __init__(self, name: str, work: Callable[[datetime], object], seconds: float) -> None:
        """Do `work` of the present instant."""
        self._name = name
        self._work = work
        self._seconds = seconds
        self._stop = Event()
        self._thread = Thread(target=self._run, name=f"cockpit-{name}", daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Begin nothing new."""
        self._stop.set()

    def stop(self) -> None:
        """End after the work at hand."""
        self.end()
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def _run(self) -> None:
        """Work until stopped; a failure is told once per round and tried again in the next."""
        while not self._stop.is_set():
            try:
                self._work(datetime.now(UTC))
            except CockpitError as error:
                log.warning("%s failed and is tried again: %s", self._name, error)
            except Exception:  # the loop must outlive a bug in one round: late work is worse than a traceback
                log.exception("%s failed and is tried again", self._name)
            self._stop.wait(self._seconds)
