"""`POST /rest/sales-intelligence/signals`: one signal or a batch, answered per item after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cockpit.access.api_keys import SIGNALS
from cockpit.api.answers import Refused, answer
from cockpit.api.json_body import read_json
from cockpit.api.machine import Keys, MachineRoute, repeatable
from cockpit.api.openapi import SIGNALS_BODY
from cockpit.ingestion.group_commit import GroupCommit
from cockpit.ingestion.record import Item, Receipt

PATH = "/rest/sales-intelligence/signals"
MOST = 1_000
NAMES = {
    "sourceEventId": "source_event_id",
    "occurredAt": "occurred_at",
    "personId": "person_id",
    "externalId": "external_id",
    "scheduledFor": "scheduled_for",
}
STATUS = {"accepted": 201, "duplicate": 200, "unmatched": 202}


def signal_routes(keys: Keys, queue: GroupCommit) -> APIRouter:
    """The one route of signals."""
    router = APIRouter(route_class=MachineRoute)

    @router.post(PATH, status_code=201, summary="Post one signal or a batch", openapi_extra=SIGNALS_BODY)
    async def post_signals(request: Request) -> Response:
        """Store signals; the answer comes when they are stored durably, scored and on their panels."""
        key = await keys.allowed(request, SIGNALS)
        value, body = await read_json(request)
        signals, single = _signals(value)
        waiting = queue.submit(key.workspace_id, signals, repeatable(request, body))
        receipt = await asyncio.wrap_future(waiting)
        return _alone(receipt.items[0]) if single else _together(receipt)

    return router


def _signals(value: Any) -> tuple[list[Mapping[str, object]], bool]:
    """The signals of a body, and whether it is a single one."""
    single = isinstance(value, dict) and "signals" not in value
    if isinstance(value, dict) and not single and len(value) > 1:
        raise Refused(422, "InvalidInput", "Beside `signals` nothing may be given.")
    given = [value] if single else value["signals"] if isinstance(value, dict) else value
    if not isinstance(given, list) or not given:
        raise Refused(422, "InvalidInput", 'Give one signal, a list of them, or {"signals": [...]}.')
    if len(given) > MOST:
        raise Refused(413, "PayloadTooLarge", f"{len(given):,} signals came at once, {MOST:,} are allowed.")
    return [_renamed(one) for one in given], single


def _renamed(one: Any) -> Mapping[str, object]:
    """A signal under the names of the columns; whatever is no object is refused as an item by its lack of a type."""
    return {NAMES.get(str(name), str(name)): field for name, field in one.items()} if isinstance(one, dict) else {}


def _alone(item: Item) -> Response:
    if item.status != "rejected":
        return answer(STATUS[item.status], {"data": {"createSignal": document(item)}})
    taken = item.stored_digest is not None
    body: dict[str, Any] = {
        "statusCode": 409 if taken else 422,
        "error": "Conflict" if taken else "InvalidInput",
        "messages": [item.reason],
    }
    return answer(body["statusCode"], body | ({"data": {"createSignal": document(item)}} if taken else {}))


def _together(receipt: Receipt) -> Response:
    tally = receipt.tally
    counts = {name: getattr(tally, name) for name in ("accepted", "duplicate", "rejected", "unmatched")}
    return answer(200, {"data": {"createSignals": [document(item) for item in receipt.items]}, "tally": counts})


def document(item: Item) -> dict[str, Any]:
    """What became of a signal."""
    every = {
        "status": item.status,
        "reason": item.reason,
        "personId": item.person_id,
        "digest": item.digest,
        "storedDigest": item.stored_digest,
    }
    return {name: value for name, value in every.items() if value is not None}
