"""Addresses a host may link to, sent on to the flat addresses of our screens, with whatever else the link says."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse

from cockpit.access.pages import flat_path, is_page
from cockpit.errors import NotFound

router = APIRouter()
OF_THE_PAGE = frozenset({"id", "type", "tab", "path"})


@router.get("/objects/{rest:path}")
@router.get("/object/{rest:path}")
@router.get("/settings/{rest:path}")
def follow(request: Request) -> RedirectResponse:
    """Send a page of the guide on to its screen, keeping the query, and with it the embedded mode."""
    page = request.scope["path"]
    if not is_page(page):
        raise NotFound("There is no such page.")
    path, query = flat_path(page)
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in OF_THE_PAGE]
    return RedirectResponse(f"{path}?{urlencode([*query.items(), *kept])}", status_code=307)
