"""What programs read: the panels and one person, the same rows as every other door shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cockpit.access.api_keys import READ
from cockpit.api.answers import Refused, answer
from cockpit.api.machine import Keys, MachineRoute
from cockpit.bootstrap import Cockpit
from cockpit.model.instants import parse_past
from cockpit.model.panel import PanelRows
from cockpit.panels import registry
from cockpit.panels.documents import panels_document
from cockpit.panels.person import person_intelligence
from cockpit.storage.api_keys import ApiKey

MOST_ROWS = 200


def read_routes(keys: Keys, cockpit: Callable[[], Cockpit]) -> APIRouter:
    """The two reads."""
    router = APIRouter(route_class=MachineRoute, prefix="/rest/sales-intelligence")

    @router.get("/cockpit-summary", summary="The ranked panels, now or at a past instant")
    async def cockpit_summary(
        request: Request, asOf: str | None = None, panels: str | None = None, limit: str = "25"
    ) -> Response:
        """Read panels; `panels` names some of them, separated by commas."""
        key = await keys.allowed(request, READ)
        found = await asyncio.to_thread(_summary, cockpit(), key, asOf, panels, _limit(limit))
        return answer(200, {"data": {"cockpitSummary": found}})

    @router.get("/person-intelligence/{person}", summary="Everything about one person")
    async def one_person(request: Request, person: str, asOf: str | None = None) -> Response:
        """Read a person by id or external id: scores with their receipts, suggestions, timeline, history."""
        key = await keys.allowed(request, READ)
        found = await asyncio.to_thread(_person, cockpit(), key, person, asOf)
        return answer(200, {"data": {"personIntelligence": found}})

    return router


def _summary(cockpit: Cockpit, key: ApiKey, as_of: str | None, panels: str | None, limit: int) -> Mapping[str, Any]:
    now = datetime.now(UTC)
    past = None if as_of is None else parse_past(as_of, now)
    if panels is None:
        found: Mapping[str, PanelRows] = registry.all_panels(
            cockpit.db, key.workspace_id, now=now, as_of=past, limit=limit
        )
    else:
        slugs = [registry.panel_named(one.strip()).slug for one in panels.split(",")]
        found = {
            slug: registry.rows(cockpit.db, key.workspace_id, slug, now=now, as_of=past, limit=limit) for slug in slugs
        }
    return panels_document(key.subdomain, past or now, found)


def _person(cockpit: Cockpit, key: ApiKey, who: str, as_of: str | None) -> Mapping[str, Any]:
    if not who.isprintable() or not who.isascii():
        raise Refused(404, "NotFound", "There is no such person in this workspace.")
    now = datetime.now(UTC)
    past = None if as_of is None else parse_past(as_of, now)
    found = person_intelligence(cockpit.db, key.workspace_id, who, now=now, as_of=past)
    return {"workspace": key.subdomain, "as_of": past or now, "person": found}


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST_ROWS):
        raise Refused(422, "InvalidInput", f"`limit` is a whole number from 1 to {MOST_ROWS}.")
    return int(text)
