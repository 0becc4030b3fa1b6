"""HTTP with as little as possible between clock and socket: a client that measures must not be the slow part."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
# The server closes what has rested for five seconds; what is sent just then gets no answer.
RESTS_AT_MOST = 3.0


@dataclass(slots=True)
class Wire:
    """The connections of one client to one server, kept open and used again."""

    address: str
    key: str
    free: list[tuple[float, Streams]] = field(default_factory=list)  # since when

    async def post(self, path: str, body: object) -> tuple[int, Any]:
        """Send JSON; the status and the value of the answer."""
        place = urlsplit(self.address)
        reader, writer = self._kept() or await asyncio.open_connection(place.hostname, place.port)
        content = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nhost: {place.netloc}\r\nauthorization: Bearer {self.key}\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        told = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(told.partition("content-length:")[2].split("\r\n", 1)[0])
        answer = await reader.readexactly(length)
        self.free.append((time.monotonic(), (reader, writer)))
        return int(told.split(" ", 2)[1]), json.loads(answer)

    def _kept(self) -> Streams | None:
        """A connection that the server has not closed and is not about to close."""
        while self.free:
            since, (reader, writer) = self.free.pop()
            if not reader.at_eof() and time.monotonic() - since < RESTS_AT_MOST:
                return reader, writer
            writer.close()
        return None

    def close(self) -> None:
        """Close what is open."""
        for _, (_, writer) in self.free:
            writer.close()
        self.free.clear()
