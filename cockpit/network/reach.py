"""The socket side of a fetch: a name is resolved once, every address is checked, and the checked address is connected.

Between a check of a name and a second look-up by the connection, its owner could change the answer (rebinding); here
there is no second look-up. All steps of a fetch share one deadline.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore

from cockpit.network.addresses import Address, is_public

MOST_ADDRESSES = 16
PORTS = (80, 443)

Resolver = Callable[[str, int], Sequence[str]]


def look_up(name: str, port: int) -> list[str]:
    """The addresses of a name, as the system knows them."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where fetches may go: to public addresses on two ports, and to places that the operator named."""

    named: frozenset[tuple[str, int]] = frozenset()  # host and port that may be inside
    resolver: Resolver = look_up
    trust: ssl.SSLContext | None = None  # None: the certificate authorities of the release

    def has_port(self, host: str, port: int) -> bool:
        """Whether this port of this host may be asked at all."""
        return port in PORTS or (host, port) in self.named

    def addresses(self, host: str, port: int, seconds: float) -> list[Address]:
        """Where a host is.

        Raises:
            httpcore.ConnectError: nowhere, or one of its addresses is not public.
        """
        found = [_address(text) for text in _within(seconds, lambda: self.resolver(host, port))[:MOST_ADDRESSES]]
        inside = not all(is_public(address) for address in found) and (host, port) not in self.named
        if not found or inside or not self.has_port(host, port):
            raise httpcore.ConnectError("not a public address")
        return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Deadline:
    """The one instant by which a whole fetch is over."""

    seconds: float
    started: float = field(default_factory=time.monotonic)

    def left(self, wanted: float | None = None) -> float:
        """The seconds that remain, at most those wanted.

        Raises:
            httpcore.TimeoutException: none.
        """
        remaining = self.started + self.seconds - time.monotonic()
        if remaining <= 0:
            raise httpcore.ReadTimeout("took too long")
        return remaining if wanted is None else min(remaining, wanted)


class CheckedNetwork(httpcore.NetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, reach: Reach, deadline: Deadline) -> None:
        """Reach these places, until then."""
        self._reach = reach
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers."""
        addresses = self._reach.addresses(host, port, self._deadline.left(timeout))
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, self._deadline.left(timeout) / 2)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, self._deadline.left(timeout))

    def _connect(self, address: Address, port: int, seconds: float) -> httpcore.NetworkStream:
        stream = self._plain.connect_tcp(str(address), port, timeout=seconds)
        return TimedStream(stream, self._deadline)


class TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends by the deadline: a slow drip is cut off as well as a silence."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        """Watch this stream."""
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Shake hands with the host of this name."""
        secure = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return TimedStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self._stream.get_extra_info(info)


def _address(text: str) -> Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError as error:
        raise httpcore.ConnectError("not an address") from error


def _within(seconds: float, look: Callable[[], Sequence[str]]) -> Sequence[str]:
    """The answer of a look-up, which the system itself never cuts short."""
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(look())
        except (OSError, UnicodeError):  # no such name, or no name at all
            answers.put([])

    threading.Thread(target=ask, daemon=True, name="look-up").start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty as error:
        raise httpcore.ConnectTimeout("the name was not found in time") from error
