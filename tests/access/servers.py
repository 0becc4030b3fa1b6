"""A real HTTP server on a free port of this machine, and what the process connected to meanwhile."""

from __future__ import annotations

import ipaddress
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Handler = Callable[[BaseHTTPRequestHandler, bytes], None]


@dataclass
class Server:
    """A server that answers with a function; it remembers the requests."""

    port: int
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def count(self, path: str) -> int:
        return sum(1 for _, asked, _ in self.requests if asked.split("?")[0] == path)


@contextmanager
def serving(answer: Handler, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve until the block ends."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            server.requests.append((self.command, self.path, dict(self.headers)))
            with suppress(ConnectionError, ssl.SSLError):  # whoever asked has hung up
                answer(self, body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that refuses the certificate is part of a test."""

    listener = Quiet(("127.0.0.1", 0), Answering)
    if tls:
        listener.socket = tls.wrap_socket(listener.socket, server_side=True, do_handshake_on_connect=False)
    server = Server(listener.server_address[1])
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    """One complete answer."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@dataclass
class Watch:
    """The connections that were about to be opened."""

    on: bool = False
    seen: list[tuple[str, int]] = field(default_factory=list)

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.on or event != "socket.connect":
            return
        address = arguments[1]
        if isinstance(address, tuple):
            self.seen.append((str(address[0]), int(address[1])))
            if not ipaddress.ip_address(address[0]).is_loopback:
                raise OSError("a test does not leave this machine")


_watch = Watch()
sys.addaudithook(_watch.hook)


@contextmanager
def watched_connections() -> Iterator[list[tuple[str, int]]]:
    """Every address a socket of this process is asked to connect to; those of other machines are then refused."""
    _watch.seen.clear()
    _watch.on = True
    try:
        yield _watch.seen
    finally:
        _watch.on = False
