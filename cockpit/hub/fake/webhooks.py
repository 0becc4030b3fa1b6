"""Webhooks of the fake Hub: sent back at their time by one thread, once each, like the real ones without a retry."""

from __future__ import annotations

import heapq
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from threading import Condition, Thread
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx

from cockpit.hub import signatures

log = logging.getLogger(__name__)
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where webhooks go, and how they prove who sent them."""

    url: str = ""
    secret: str = field(default="", repr=False)
    signed: bool = False

    def headers(self, body: bytes, now: datetime) -> dict[str, str]:
        """What goes with a body."""
        plain = {"content-type": "application/json"}
        if not self.secret:
            return plain
        if not self.signed:
            return {**plain, signatures.STATIC_HEADER: self.secret}
        delivery, timestamp = f"msg_{uuid4().hex}", int(now.timestamp())
        signature = signatures.sign(self.secret, delivery, timestamp, body)
        return {
            **plain,
            signatures.ID: delivery,
            signatures.TIMESTAMP: str(timestamp),
            signatures.SIGNATURE: signature,
        }


Event = Callable[[], tuple[Target, Mapping[str, Any]] | None]


class Webhooks:
    """Sends events when they are due."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Begin; the thread starts with the first event."""
        self._clock = clock
        self._due: list[tuple[float, int, Event]] = []
        self._order = count()
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False
        self.answers: list[int] = []  # what the receiver said, newest last; 0 where there was none

    def after(self, seconds: float, event: Event) -> None:
        """Send what `event` gives, that many seconds from now."""
        with self._changed:
            heapq.heappush(self._due, (monotonic() + seconds, next(self._order), event))
            if self._thread is None and not self._closed:
                self._thread = Thread(target=self._run, name="fake-hub-webhooks", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Send nothing more."""
        with self._changed:
            self._closed = True
            self._due.clear()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(SECONDS)

    def _run(self) -> None:
        with httpx.Client(timeout=SECONDS, trust_env=False) as client:
            while (event := self._next()) is not None:
                told = event()
                if told is not None and told[0].url:
                    self.answers.append(self._send(client, *told))

    def _next(self) -> Event | None:
        with self._changed:
            while not self._closed:
                if self._due and self._due[0][0] <= monotonic():
                    return heapq.heappop(self._due)[2]
                self._changed.wait(self._due[0][0] - monotonic() if self._due else None)
            return None

    def _send(self, client: httpx.Client, target: Target, event: Mapping[str, Any]) -> int:
        body = json.dumps(event).encode()
        try:
            return client.post(target.url, content=body, headers=target.headers(body, self._clock())).status_code
        except httpx.HTTPError as error:
            log.info("A webhook found nobody: %s", error)
            return 0
