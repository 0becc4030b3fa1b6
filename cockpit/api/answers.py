"""Answers of the machine routes: `{data}`, or `{statusCode, error, messages[]}` and never a stack trace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from cockpit.errors import CockpitError
from cockpit.model.plain import plain


class Refused(CockpitError):
    """A request that is answered with a status, a short name and sentences."""

    def __init__(self, status: int, error: str, *messages: str, headers: Mapping[str, str] | None = None) -> None:
        """Say why."""
        super().__init__(messages[0])
        self.status = status
        self.error = error
        self.messages = messages
        self.headers = dict(headers or {})


def answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; everything beyond ASCII is escaped, so that half a surrogate pair cannot break it."""
    text = json.dumps(plain(body), separators=(",", ":"), allow_nan=False)
    return Response(text, status, headers=dict(headers or {}), media_type="application/json")


def refusal(error: CockpitError) -> Response:
    """An error that a person may read, as an answer."""
    if isinstance(error, Refused):
        body = {"statusCode": error.status, "error": error.error, "messages": error.messages}
        return answer(error.status, body, error.headers)
    headers = {"retry-after": "1"} if error.status == 503 else {}
    return answer(
        error.status, {"statusCode": error.status, "error": type(error).__name__, "messages": [str(error)]}, headers
    )
