"""`POST /rest/aventora/start-engagement`: carry out a cockpit action for a person, behind every guard.

What is asked for is reserved: it leaves after the undo window, by a worker. `GET` and `DELETE` on
`/rest/aventora/executions/{id}` tell what became of it and take it back while nothing has left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from cockpit.access.api_keys import EXECUTE, READ
from cockpit.api.answers import Refused, answer
from cockpit.api.json_body import read_json
from cockpit.api.machine import Keys, MachineRoute, repeatable
from cockpit.api.openapi import body_of
from cockpit.automation.execute import execute
from cockpit.automation.reserve import Reserved
from cockpit.automation.undo import undo
from cockpit.automation.wish import Wish
from cockpit.bootstrap import Cockpit
from cockpit.errors import Conflict, NotFound
from cockpit.hub import client
from cockpit.hub.connection import CHANNELS
from cockpit.hub.request import LONGEST_INSTRUCTION
from cockpit.hub.wiring import find_connection
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.model.viewer import whole_workspace
from cockpit.storage.attempts import Attempt, get_attempt

PATH = "/rest/aventora/start-engagement"
EXECUTIONS = "/rest/aventora/executions/{execution_id}"
TEMPLATES = "/rest/aventora/email-templates"
UUID_TEXT = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


class StartIn(BaseModel):
    """What is asked for; channel and instruction are those of the action's mapping unless they are given."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    personId: str = Field(pattern=UUID_TEXT)
    cockpitActionType: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,63}$")
    channel: str | None = Field(default=None, pattern=f"^({'|'.join(CHANNELS)})$")
    instruction: str | None = Field(default=None, min_length=1, max_length=LONGEST_INSTRUCTION)
    language: str | None = Field(default=None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")
    emailSubject: str | None = Field(default=None, max_length=300)
    emailTemplateId: str | None = Field(default=None, max_length=200)
    hold: bool = False


def action_routes(keys: Keys, cockpit: Callable[[], Cockpit]) -> APIRouter:
    """The routes by which programs carry out actions."""
    router = APIRouter(route_class=MachineRoute)

    @router.post(PATH, status_code=202, summary="Carry out an action for a person", openapi_extra=body_of(StartIn))
    async def post_start(request: Request) -> Response:
        """Reserve an outreach; the same Idempotency-Key reserves once, and answers how that one stands."""
        key = await keys.allowed(request, EXECUTE)
        value, body = await read_json(request)
        given = _checked(value)
        again = repeatable(request, body)
        wish = wish_of(given, f"key:{key.key_id}:{again.key}" if again else None)
        viewer = whole_workspace(key.workspace_id)
        found = await asyncio.to_thread(execute, cockpit().db, viewer, wish, datetime.now(UTC))
        if (found.attempt.person_id, found.attempt.action_type) != (wish.person_id, wish.action_type):
            raise Conflict("This Idempotency-Key was used for another person or action.")
        return _told(found)

    @router.get(EXECUTIONS, summary="What became of it")
    async def get_execution(request: Request, execution_id: str) -> Response:
        """One execution."""
        key = await keys.allowed(request, READ)
        found = await asyncio.to_thread(_find, cockpit(), key.workspace_id, execution_id)
        return answer(200, {"data": {"execution": document(found)}})

    @router.delete(EXECUTIONS, summary="Take it back")
    async def delete_execution(request: Request, execution_id: str) -> Response:
        """Cancel what has not left; 409 when it is too late."""
        key = await keys.allowed(request, EXECUTE)
        viewer, identity = whole_workspace(key.workspace_id), _uuid(execution_id)
        await asyncio.to_thread(undo, cockpit().db, viewer, identity, datetime.now(UTC))
        ended = await asyncio.to_thread(_find, cockpit(), key.workspace_id, execution_id)
        return answer(200, {"data": {"execution": document(ended)}})

    @router.get(TEMPLATES, summary="The Hub's e-mail templates")
    async def get_templates(request: Request) -> Response:
        """The templates that `emailTemplateId` may name."""
        key = await keys.allowed(request, READ)
        found = await asyncio.to_thread(_templates, cockpit(), key.workspace_id)
        return answer(200, {"templates": found, "customPlaceholderKeys": []})

    return router


def wish_of(given: StartIn, key: str | None) -> Wish:
    """What a body asks of the execution service."""
    said = {
        "language": given.language,
        "email_subject": given.emailSubject,
        "email_template_id": given.emailTemplateId,
    }
    return Wish(
        person_id=PersonId(UUID(given.personId)),
        action_type=given.cockpitActionType,
        channel=given.channel,
        instruction=given.instruction,
        request={name: value for name, value in said.items() if value} or None,
        hold=given.hold,
        key=key,
    )


def document(attempt: Attempt) -> dict[str, Any]:
    """An execution as programs see it."""
    every = {
        "executionId": attempt.attempt_id,
        "personId": attempt.person_id,
        "cockpitActionType": attempt.action_type,
        "channel": attempt.channel or None,
        "hubType": attempt.hub_type or None,
        "state": attempt.state,
        "reason": attempt.reason or attempt.error,
        "executeAfter": attempt.execute_after,
        "heldUntil": attempt.held_until,
        "engagementId": attempt.engagement_id,
        "outcome": attempt.outcome,
        "sentAt": attempt.sent_at,
        "finishedAt": attempt.finished_at,
    }
    return {name: value for name, value in every.items() if value is not None}


def _told(reserved: Reserved) -> Response:
    """202 when it will run; 409 with the verdict of each guard when it will not."""
    told = document(reserved.attempt)
    if reserved.attempt.state != "BLOCKED":
        return answer(202, {"data": {"startEngagement": told}})
    guards = [{"guard": one.guard, "allowed": one.allowed, "reason": one.reason} for one in reserved.verdicts]
    body = {"statusCode": 409, "error": "Blocked", "messages": [reserved.reason or "A guard does not allow it."]}
    return answer(409, {**body, "data": {"startEngagement": {**told, "guards": guards}}})


def _checked(value: Any) -> StartIn:
    try:
        return StartIn.model_validate(value)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}"[:300] for one in error.errors()]
        raise Refused(422, "InvalidInput", *faults[:20]) from error


def _find(cockpit: Cockpit, workspace_id: WorkspaceId, execution_id: str) -> Attempt:
    with cockpit.db.read(workspace_id) as conn:
        return get_attempt(conn, workspace_id, _uuid(execution_id))


def _templates(cockpit: Cockpit, workspace_id: WorkspaceId) -> list[dict[str, str]]:
    with cockpit.db.read(workspace_id) as conn:
        connection = find_connection(conn, workspace_id, cockpit.settings)
    if connection is None:
        raise NotFound("No Hub is connected.")
    return [{"id": one.template_id, "name": one.name} for one in client.list_email_templates(connection)]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is no such execution.") from error
