"""Settings for a test, and an ASGI app that answers with what the gate let through."""

from __future__ import annotations

import warnings
from contextlib import suppress

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from cockpit.settings import Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have httpx2 than the httpx this project is made with
    from starlette.testclient import TestClient

__all__ = ["HOST", "KEY", "TestClient", "mirror", "settings"]

KEY = "k" * 40
HOST = "http://127.0.0.1:8501"


async def mirror(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what arrived behind the gate."""
    seen = HTTPConnection(scope).headers.getlist("x-cockpit-principal")
    if scope["type"] == "websocket":
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        with suppress(WebSocketDisconnect):
            while True:
                await socket.send_json({"principal": seen, "said": await socket.receive_text()})
        return
    body = b""
    more = scope["method"] == "POST"
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
        if message["type"] == "http.disconnect":
            return
    await JSONResponse({"principal": seen, "bytes": len(body)})(scope, receive, send)


def settings(**values: object) -> Settings:
    return Settings.model_validate({"database_url": "duckdb:///unused", **values})
