"""Reading JSON from outside: strict where the standard parser is lenient, and bounded before it is parsed."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

from starlette.requests import ClientDisconnect, Request

from cockpit.api.answers import Refused

LARGEST = 1024 * 1024
DEEPEST = 32
MOST_DIGITS = 18  # what fits 64 bits
SECONDS = 20.0


async def read_json(request: Request) -> tuple[Any, bytes]:
    """The value of a body, and its bytes.

    Raises:
        Refused: it is no JSON body, too large, too slow, or not plain JSON.
    """
    body = await read_body(request)
    return parse(body), body


async def read_body(request: Request) -> bytes:
    """The bytes of a body that says it is JSON; whoever has to prove it first parses it afterwards.

    Raises:
        Refused: it is no JSON body, too large or too slow.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json" or request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "UnsupportedMediaType", "Send the body as application/json, not compressed.")
    try:
        async with asyncio.timeout(SECONDS):
            return await _bounded(request)
    except TimeoutError as error:
        raise Refused(408, "RequestTimeout", f"The body did not come within {SECONDS:.0f} seconds.") from error
    except ClientDisconnect as error:
        raise _bad("The body ended early.") from error


async def _bounded(request: Request) -> bytes:
    """The body, counted as it comes: a chunked one announces no length."""
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > LARGEST:
            raise Refused(413, "PayloadTooLarge", "That is more than 1 MiB: send less at once.")
        pieces.append(piece)
    return b"".join(pieces)


def parse(body: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        Refused: it is not JSON, or says what JSON leaves to luck: repeated names, NaN, numbers beyond 64 bits.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_finite,
            object_pairs_hook=_unique,
        )
    except UnicodeDecodeError as error:
        raise _bad("The body is not UTF-8.") from error
    except RecursionError as error:
        raise _bad(f"The body is nested more than {DEEPEST} deep.") from error
    except json.JSONDecodeError as error:
        raise _bad(f"The body is not JSON: {error.msg} at character {error.pos}.") from error
    _check(value)
    return value


def _bad(sentence: str) -> Refused:
    return Refused(400, "BadRequestException", sentence)


def _no_constant(name: str) -> Any:
    raise _bad(f"The body is not JSON: {name} is no number.")


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > MOST_DIGITS:
        raise _bad(f"The number {text[:20]}… has more than {MOST_DIGITS} digits.")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _bad(f"The number {text[:20]} is too large.")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        seen: set[str] = set()
        again = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _bad(f"The name {again[:60]!a} is given twice in one object.")
    return value


def _check(value: Any) -> None:
    """Depth and texts of all values, without recursion."""
    layer, depth = [value], 0
    while layer:
        if depth > DEEPEST:
            raise _bad(f"The body is nested more than {DEEPEST} deep.")
        below: list[Any] = []
        for one in layer:
            if isinstance(one, dict):
                below += one.keys()
                below += one.values()
            elif isinstance(one, list):
                below += one
            elif isinstance(one, str) and not one.isascii():
                _check_text(one)
        layer, depth = below, depth + 1


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _bad("A text has half of a surrogate pair, which no text can have.") from error
