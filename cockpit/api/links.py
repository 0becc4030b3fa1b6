"""Addresses a host may link to, sent on to the flat addresses of our screens."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse

router = APIRouter()


@router.get("/object/person/{person_id}")
def person(person_id: UUID, request: Request) -> RedirectResponse:
    """Send `/object/person/{id}` on to the person page, keeping the query."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "id"]
    return RedirectResponse(f"/person?{urlencode([('id', str(person_id)), *kept])}", status_code=307)
