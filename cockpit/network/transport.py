"""What httpx sends through instead of its own transport: one connection per request, opened by a network of ours."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Iterator

import httpcore
import httpx


class CheckedTransport(httpx.BaseTransport):
    """Sends each request over a connection of its own."""

    def __init__(self, network: httpcore.NetworkBackend, trust: ssl.SSLContext | None) -> None:
        """Connect through this network; without `trust`, the certificate authorities of the release count."""
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust or _authorities(), network_backend=network, max_keepalive_connections=0
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the name goes into Host and SNI, as the connection would not know it."""
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(sent)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer))

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@functools.cache
def _authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context()
