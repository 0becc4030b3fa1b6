"""`POST /rest/aventora/webhook`: what the Hub tells of engagements, proved by a secret of the workspace.

Whatever is wrong with the proof is answered alike, with 401: no such workspace, no secret, a wrong one, a stale or
forged signature. A delivery that was taken is taken once: by its id where it is signed, by its body where it is not.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cockpit.api.answers import Refused, answer
from cockpit.api.json_body import parse, read_body
from cockpit.api.machine import MachineRoute
from cockpit.automation.engagements import SOURCE, fold
from cockpit.bootstrap import Cockpit
from cockpit.errors import Conflict, Misconfigured
from cockpit.hub.signatures import Genuine
from cockpit.hub.updates import read_update
from cockpit.hub.webhook_secrets import WebhookSecrets, find_webhooks, require_signed
from cockpit.hub.wiring import find_words
from cockpit.ingestion.receive import check, store
from cockpit.model.hosts import subdomain_in
from cockpit.model.ids import WorkspaceId
from cockpit.storage.idempotency import find_answered, insert_claims, replace_answer
from cockpit.storage.workspaces import find_workspace, list_workspaces

PATH = "/rest/aventora/webhook"
log = logging.getLogger(__name__)
WORKSPACE = "workspace"  # of the query, for a Hub that cannot reach the workspace under a name of its own


def hub_webhook_routes(cockpit: Callable[[], Cockpit]) -> APIRouter:
    """The one route of the Hub's webhooks."""
    router = APIRouter(route_class=MachineRoute)

    @router.post(PATH, status_code=200, include_in_schema=False)
    async def post_webhook(request: Request) -> Response:
        """Take an update of an engagement; the answer comes when it is stored durably."""
        body = await read_body(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        now = datetime.now(UTC)
        opened = cockpit()
        workspace_id = await asyncio.to_thread(_workspace, opened, request)
        genuine = await asyncio.to_thread(_genuine, opened, workspace_id, headers, body, now)
        if workspace_id is None or genuine is None:
            raise Refused(401, "UNAUTHENTICATED", "This webhook is not proved by a secret of this workspace.")
        taken = await asyncio.to_thread(take, opened, workspace_id, genuine, body, now)
        return answer(200, {"data": taken})

    return router


def take(cockpit: Cockpit, workspace_id: WorkspaceId, genuine: Genuine, body: bytes, now: datetime) -> dict[str, Any]:
    """Take a delivery that is genuine: all of what follows from it in one transaction, or nothing.

    Raises:
        BadRequest: it says nothing of an engagement.
        Conflict: its id was used for another body.
    """
    digest = hashlib.sha256(body).hexdigest()
    # With a blank in it, it is no key that a caller of the interface could give.
    key = f"webhook {SOURCE} {genuine.delivery_id or digest}"
    value = parse(body)
    with cockpit.db.write(workspace_id) as conn:
        if key not in insert_claims(conn, workspace_id, {key: digest}, now=now):
            before = find_answered(conn, workspace_id, key)
            if before is None or before.digest != digest:
                raise Conflict("This webhook-id was used for another body.")
            return {**before.answer, "status": "duplicate"}
        if genuine.delivery_id:
            require_signed(conn, workspace_id, now)
        words = find_words(conn, workspace_id)
        folded = fold(conn, workspace_id, read_update(value, now, words.reference_field), words, now)
        receipts = store(conn, workspace_id, check([folded.signals], now, source=SOURCE), now) if folded.signals else ()
        items = receipts[0].items if receipts else ()
        taken: dict[str, Any] = {
            "status": "accepted",
            "engagementId": folded.engagement.engagement_id,
            "signals": [
                {"type": given["type"], "status": item.status, "reason": item.reason}
                for given, item in zip(folded.signals, items, strict=True)
            ],
        }
        replace_answer(conn, workspace_id, key, status=200, answer=taken)
        return taken


def _workspace(cockpit: Cockpit, request: Request) -> WorkspaceId | None:
    """The workspace that is meant: by the name of the host, by the query, or because there is just one."""
    named = subdomain_in(request.headers.get("host", ""), cockpit.settings.base_domain)
    named = named or request.query_params.get(WORKSPACE)
    # all workspaces: this is how a workspace is found
    with cockpit.db.read() as conn:
        if named:
            found = find_workspace(conn, named[:63])
            return found.workspace_id if found else None
        every = list_workspaces(conn, limit=2)
        return every[0].workspace_id if len(every) == 1 else None


def _genuine(
    cockpit: Cockpit, workspace_id: WorkspaceId | None, headers: dict[str, str], body: bytes, now: datetime
) -> Genuine | None:
    """The proof of a delivery, if it is one; without a workspace the same work is done for nothing."""
    secrets = WebhookSecrets()
    if workspace_id is not None:
        try:
            with cockpit.db.read(workspace_id) as conn:
                secrets = find_webhooks(conn, workspace_id, cockpit.settings)
        except Misconfigured as error:
            log.error("Webhooks of the Hub are refused: %s", error)
    return secrets.genuine(headers, body, now)
