"""One HTTP call of a Hub: a connection of its own, one deadline for all of it, a small answer, no redirects.

Whether anything was written to the Hub is noted where it is written, in the stream itself: nothing written means that
the Hub cannot have acted, whatever the error was.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

from cockpit.hub.connection import HubConnection
from cockpit.network.reach import CheckedNetwork, Deadline
from cockpit.network.transport import CheckedTransport

LARGEST = 256 * 1024
FAULTS = (httpx.HTTPError, httpx.StreamError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
FAULTS_OF_THE_SYSTEM = (httpcore.UnsupportedProtocol, httpx.InvalidURL, OSError, ValueError)


class NotOurs(Exception):
    """Just before the first byte it turned out that somebody else has the work."""


class CallFailed(Exception):
    """No whole answer came."""

    def __init__(self, reason: str, *, written: bool, reached: bool) -> None:
        """Say why, and how far it came."""
        super().__init__(reason)
        self.written = written
        self.reached = reached


@dataclass(slots=True)
class Progress:
    """How far a call has come."""

    still_ours: Callable[[], bool] = lambda: True
    reached: bool = False
    written: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def document(self) -> Mapping[str, Any] | None:
        """The JSON object in it, or None."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    @property
    def sentence(self) -> str:
        """What the Hub says about it, in one line."""
        said = self.document or {}
        found = next((said[name] for name in ("message", "detail", "error", "messages") if said.get(name)), None)
        text = found if isinstance(found, str) else json.dumps(found) if found else self.body.decode("utf-8", "replace")
        return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:300]


def call(
    connection: HubConnection,
    method: str,
    url: httpx.URL,
    *,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    still_ours: Callable[[], bool] | None = None,
) -> Answered:
    """The answer of the Hub.

    Raises:
        CallFailed: none came, or no whole one.
        NotOurs: `still_ours` said no just before the first byte.
    """
    progress = Progress(still_ours) if still_ours else Progress()
    deadline = Deadline(connection.seconds)
    network = WatchedNetwork(CheckedNetwork(connection.reach, deadline), progress)
    asked = {
        "authorization": f"Bearer {connection.api_key}",
        "user-agent": "sales-cockpit",
        "accept-encoding": "identity",
        **(headers or {}),
    }
    transport = CheckedTransport(network, None)
    try:
        with httpx.Client(transport=transport, trust_env=False, timeout=connection.seconds) as client:
            return _whole(client, client.build_request(method, url, json=body, headers=asked))
    except (*FAULTS, *FAULTS_OF_THE_SYSTEM) as error:
        raise CallFailed(_reason(error, progress), written=progress.written, reached=progress.reached) from error


def _whole(client: httpx.Client, request: httpx.Request) -> Answered:
    answer = client.send(request, stream=True)
    try:
        body = bytearray()
        for part in answer.iter_raw():
            body += part
            if len(body) > LARGEST:
                raise httpx.ReadError("the answer is too large")
        return Answered(answer.status_code, {name.lower(): text for name, text in answer.headers.items()}, bytes(body))
    finally:
        answer.close()


def _reason(error: Exception, progress: Progress) -> str:
    if isinstance(error, httpx.TimeoutException | httpcore.TimeoutException):
        return "The Hub did not answer in time." if progress.written else "The Hub could not be reached in time."
    if not progress.reached:
        return "The Hub could not be reached."
    if not progress.written:
        return "No secure connection to the Hub could be made."
    return "The connection to the Hub broke before its answer was whole."


class WatchedNetwork(httpcore.NetworkBackend):
    """Notes how far a call came."""

    def __init__(self, network: httpcore.NetworkBackend, progress: Progress) -> None:
        """Watch connections of this network."""
        self._network = network
        self._progress = progress

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect."""
        stream = self._network.connect_tcp(host, port, timeout, local_address, socket_options)
        self._progress.reached = True
        return WatchedStream(stream, self._progress)


class WatchedStream(httpcore.NetworkStream):
    """A connection that asks once whether it may begin to write, and notes that it did."""

    def __init__(self, stream: httpcore.NetworkStream, progress: Progress) -> None:
        """Watch this stream."""
        self._stream = stream
        self._progress = progress

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        if not self._progress.written:
            if not self._progress.still_ours():
                raise NotOurs
            self._progress.written = True
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Shake hands; what that writes is nothing the Hub acts on."""
        return WatchedStream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._progress)

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self._stream.get_extra_info(info)
