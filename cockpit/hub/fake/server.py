"""The HTTP side of the fake Hub: the routes of the contract, the faults, and under /fake what sets it.

Sockets are handled by hand here, because a connection that is reset, or answered byte by byte, is what it is for.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from cockpit.errors import CockpitError, InvalidInput, Misconfigured
from cockpit.hub.fake.engagements import Engagement
from cockpit.hub.fake.faults import Fault
from cockpit.hub.fake.state import FakeHub, Manner, fault_of

LARGEST = 1024 * 1024
STARTS = ("/integration/start", "/start")
STATES = {"pause": "paused", "resume": "in_progress", "cancel": "cancelled"}
# What a connection to this Hub may declare.
PATHS = {
    "status_path": "/integration/status/{engagement_id}",
    "pause_path": "/integration/pause/{engagement_id}",
    "resume_path": "/integration/resume/{engagement_id}",
    "cancel_path": "/integration/cancel/{engagement_id}",
    "lookup_path": "/integration/lookup?client_reference={reference}",
}
TEMPLATES = {"templates": [{"id": "plain", "name": "Plain"}, {"id": "newsletter", "name": "Newsletter"}]}


class Server:
    """The fake Hub on a port of this machine."""

    def __init__(self, hub: FakeHub, host: str, port: int) -> None:
        """Listen; `port` 0 takes a free one.

        Raises:
            Misconfigured: the port is taken.
        """
        self.hub = hub
        self._host = host
        self._ending = threading.Event()
        self._listener = self._listen(port)
        self.port = int(self._listener.server_address[1])
        self._thread = self._serve()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self._host}:{self.port}"

    def refuse(self, seconds: float) -> None:
        """Stop listening for a while: connections are refused."""

        def away() -> None:
            self._stop_listening()
            self._ending.wait(seconds)
            if not self._ending.is_set():
                self._listener = self._listen(self.port)
                self._thread = self._serve()

        threading.Thread(target=away, name="fake-hub-away", daemon=True).start()

    def close(self) -> None:
        """End."""
        self._ending.set()
        self._stop_listening()
        self.hub.close()

    def wait(self, seconds: float) -> bool:
        """Pass the time; answers whether the end came."""
        return self._ending.wait(seconds)

    def _listen(self, port: int) -> ThreadingHTTPServer:
        try:
            return _Listener((self._host, port), _handler(self))
        except OSError as error:
            raise Misconfigured(f"Port {port} on {self._host} cannot be used ({error.strerror}).") from error

    def _serve(self) -> threading.Thread:
        thread = threading.Thread(target=self._listener.serve_forever, args=(0.1,), name="fake-hub", daemon=True)
        thread.start()
        return thread

    def _stop_listening(self) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()


@contextmanager
def serving(
    clock: Callable[[], datetime], manner: Manner | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Server]:
    """A fake Hub until the block ends."""
    server = Server(FakeHub(manner or Manner(), clock), host, port)
    try:
        yield server
    finally:
        server.close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Somebody hung up: that is their right."""


class _Handler(BaseHTTPRequestHandler):
    server_side: Server
    protocol_version = "HTTP/1.1"
    timeout = 120

    @property
    def hub(self) -> FakeHub:
        return self.server_side.hub

    def handle_any(self) -> None:
        """Answer one request."""
        path = urlsplit(self.path)
        with suppress(ConnectionError):
            try:
                body = self._body()
                parts = [unquote(part) for part in path.path.split("/")[1:]]
                if parts[0] == "fake":
                    self._set(parts[1:], body)
                elif self.command == "POST" and path.path in STARTS:
                    self._start(body, short=path.path == "/start")
                else:
                    self._ask(parts, parse_qs(path.query))
            except CockpitError as error:
                self._answer(error.status, {"detail": error.message})

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _body(self) -> Any:
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST:
            raise InvalidInput("The body has no length, or is too long.")
        text = self.rfile.read(int(length))
        try:
            return json.loads(text) if text else {}
        except ValueError as error:
            raise InvalidInput("The body is not JSON.") from error

    def _known(self) -> bool:
        """Whether the key is right; the Hub answers 403 and not 401."""
        kind, _, key = self.headers.get("authorization", "").partition(" ")
        held = self.hub.manner.key
        if kind.lower() == "bearer" and key.strip() and held in ("", key.strip()):
            return True
        self._answer(403, {"detail": "Invalid or missing API key"})
        return False

    def _start(self, body: Any, *, short: bool) -> None:
        self.hub.count_request()
        if not self._known():
            return
        if wrong := fault_of(body):
            self._answer(422, {"detail": wrong})
            return
        fault = self.hub.faults.draw()
        if fault is not None and fault.before:
            self._fail(fault, {})
            return
        taken = self.hub.take(body, self.headers.get("idempotency-key"))
        answer = {"call_sid": taken.engagement_id, "status": "initiated"} if short else _accepted(taken)
        if fault is None:
            self._answer(200, answer)
        else:
            self._fail(fault, answer)

    def _fail(self, fault: Fault, answer: dict[str, Any]) -> None:
        """Go wrong in this way; what is taken was taken before."""
        manner = self.hub.manner
        if fault in (Fault.RESET_BEFORE, Fault.RESET_AFTER):
            self._reset()
        elif fault is Fault.HANG:
            self.server_side.wait(manner.hang_seconds)
            self._reset()
        elif fault is Fault.DRIP:
            self._drip(json.dumps(answer).encode(), manner.drip_seconds)
        elif fault is Fault.SLOW:
            self.server_side.wait(manner.slow_seconds)
            self._answer(200, answer)
        elif fault is Fault.MALFORMED:
            self._raw(200, b'{"engagement_id": "eng_')
        elif fault is Fault.TOO_MANY:
            self._answer(429, {"detail": "Too many requests"}, {"retry-after": str(manner.retry_after)})
        else:
            status, body = ANSWERS[fault]
            self._answer(status, body)

    def _reset(self) -> None:
        """Break the connection so that the other side sees a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _drip(self, body: bytes, seconds: float) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        for byte in body:
            if self.server_side.wait(seconds):
                break
            self.wfile.write(bytes([byte]))
            self.wfile.flush()

    def _ask(self, parts: list[str], query: dict[str, list[str]]) -> None:
        """The routes that start nothing."""
        if not self._known():
            return
        if len(parts) == 3 and (parts[0], parts[2]) == ("domain", "account"):
            self._answer(200, {"account_id": f"acc_{parts[1]}"})
        elif parts == ["account-settings", "email-templates"]:
            self._answer(200, TEMPLATES)
        elif parts == ["integration", "lookup"]:
            self._tell(self.hub.engagements.find_reference(query.get("client_reference", [""])[0]))
        elif len(parts) == 3 and parts[:2] == ["integration", "status"]:
            self._tell(self.hub.engagements.find(parts[2]))
        elif len(parts) == 3 and parts[0] == "integration" and parts[1] in STATES and self.command == "POST":
            self._tell(self.hub.go_on(parts[2], STATES[parts[1]], None))
        else:
            self._raw(404, b"not found")

    def _tell(self, known: Engagement | None) -> None:
        body = {"detail": "No such engagement"} if known is None else {**_accepted(known), **known.document()}
        self._answer(404 if known is None else 200, body)

    def _set(self, parts: list[str], body: Any) -> None:
        """The routes under /fake; a plain GET /fake shows what was taken."""
        known = {
            ("GET", ""): lambda: self._answer(200, _overview(self.hub)),
            ("GET", "engagements"): lambda: self._answer(200, _overview(self.hub)),
            ("DELETE", "engagements"): lambda: self._done(self.hub.engagements.clear),
            ("PUT", "settings"): lambda: self._done(lambda: self.hub.set(body)),
            ("PUT", "faults"): lambda: self._done(
                lambda: self.hub.faults.set(body.get("shares", {}), body.get("next", ()), body.get("seed", 0))
            ),
            ("DELETE", "faults"): lambda: self._done(lambda: self.hub.faults.set({})),
            ("POST", "refuse"): lambda: self._done(lambda: self.server_side.refuse(float(body.get("seconds", 1)))),
        }
        act = known.get((self.command, "/".join(parts)))
        if act is not None:
            act()
        elif self.command == "POST" and len(parts) == 3 and (parts[0], parts[2]) == ("engagements", "events"):
            self._tell(self.hub.go_on(parts[1], str(body.get("status", "completed")), body.get("outcome")))
        else:
            self._raw(404, b"not found")

    def _done(self, act: Callable[[], None]) -> None:
        try:
            act()
        except (TypeError, AttributeError, ValueError) as error:
            raise InvalidInput("The fake Hub does not understand these settings.") from error
        self._answer(200, {"done": True})

    def _answer(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._raw(status, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})})

    def _raw(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


ANSWERS: dict[Fault, tuple[int, dict[str, Any]]] = {
    Fault.ERROR_BEFORE: (500, {"detail": "Internal error"}),
    Fault.ERROR_AFTER: (502, {"detail": "Bad gateway"}),
    Fault.REFUSED: (422, {"detail": "Insufficient credits"}),
    Fault.WRONG_KEY: (403, {"detail": "Invalid or missing API key"}),
    Fault.EMPTY: (200, {}),
}


def _handler(server: Server) -> type[_Handler]:
    return type("Handler", (_Handler,), {"server_side": server})


def _accepted(taken: Engagement) -> dict[str, Any]:
    return {"engagement_id": taken.engagement_id, "status": "accepted"}


def _overview(hub: FakeHub) -> dict[str, Any]:
    taken = hub.engagements.list()
    return {
        "requests": hub.requests,
        "taken": len(taken),
        "webhook_answers": hub.webhooks.answers[-100:],
        "engagements": [one.document() for one in taken],
    }
