"""The scripts of our own, from a file: the content policy allows no inline script."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

router = APIRouter()
KEYS = Path(__file__).with_name("keys.js").read_bytes()
SESSION = Path(__file__).with_name("session.js").read_bytes()


@router.get("/keys.js")
def keys() -> Response:
    """What Enter does when nothing has the focus."""
    return Response(KEYS, media_type="text/javascript")


@router.get("/session.js")
def session() -> Response:
    """What takes the screen away when the session has ended."""
    return Response(SESSION, media_type="text/javascript")


@router.get("/session")
def lasts() -> Response:
    """Nothing, to somebody who is signed in; the gate answers everybody else."""
    return Response(status_code=204)
