"""`POST /rest/people`: Twenty's body and envelope."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from cockpit.access.api_keys import PEOPLE
from cockpit.api.answers import Refused, answer
from cockpit.api.json_body import read_json
from cockpit.api.machine import Keys, MachineRoute, repeatable
from cockpit.api.openapi import body_of
from cockpit.bootstrap import Cockpit
from cockpit.ingestion.answered import Repeatable, claim, keep
from cockpit.ingestion.create import create_person
from cockpit.model.ids import WorkspaceId
from cockpit.model.plain import plain
from cockpit.storage.people import Person, get_person

STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


class FullName(BaseModel):
    """A name in two parts."""

    model_config = STRICT
    firstName: str = ""
    lastName: str = ""


class Emails(BaseModel):
    """The address to write to; others are not kept."""

    model_config = STRICT
    primaryEmail: str | None = None
    additionalEmails: list[str] | None = None


class Phones(BaseModel):
    """The number to call; others are not kept."""

    model_config = STRICT
    primaryPhoneNumber: str | None = None
    primaryPhoneCountryCode: str | None = None
    primaryPhoneCallingCode: str | None = None
    additionalPhones: list[dict[str, str]] | None = None


class PersonIn(BaseModel):
    """A person as Twenty writes one; scores, owner and workspace cannot be given."""

    model_config = STRICT
    id: str | None = Field(default=None, pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
    name: FullName = FullName()
    emails: Emails = Emails()
    phones: Phones = Phones()
    jobTitle: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be created."""

    given: PersonIn
    upsert: bool
    repeatable: Repeatable | None


def people_routes(keys: Keys, cockpit: Callable[[], Cockpit]) -> APIRouter:
    """The one route of people."""
    router = APIRouter(route_class=MachineRoute)

    @router.post("/rest/people", status_code=201, summary="Create a person", openapi_extra=body_of(PersonIn))
    async def post_person(request: Request) -> Response:
        """Create a person; with `?upsert=true` fill in one who has this id or e-mail already."""
        key = await keys.allowed(request, PEOPLE)
        value, body = await read_json(request)
        order = Order(_checked(value), request.query_params.get("upsert") == "true", repeatable(request, body))
        made = await asyncio.to_thread(_create, cockpit(), key.workspace_id, order)
        return answer(201, made)

    return router


def _checked(value: Any) -> PersonIn:
    """The person of a body; every fault of it is told at once."""
    try:
        return PersonIn.model_validate(value)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, one['loc'])) or 'the body'}: {one['msg']}" for one in error.errors())
        raise Refused(422, "InvalidInput", *faults) from error


def _create(cockpit: Cockpit, workspace_id: WorkspaceId, order: Order) -> Mapping[str, Any]:
    now = datetime.now(UTC)
    with cockpit.db.write(workspace_id) as conn:
        before = claim(conn, workspace_id, order.repeatable, now) if order.repeatable else None
        if before is not None:
            return before
        person_id = create_person(conn, workspace_id, record(order.given), now, upsert=order.upsert)
        stored = get_person(conn, workspace_id, person_id)
        made: dict[str, Any] = plain({"data": {"createPerson": document(stored, order.given)}})
        if order.repeatable:
            keep(conn, workspace_id, order.repeatable, made)
    return made


def record(given: PersonIn) -> dict[str, object]:
    """The person in the columns of a people file."""
    phones = given.phones
    number = (phones.primaryPhoneNumber or "").strip()
    calling = (phones.primaryPhoneCallingCode or "").strip()
    fields: dict[str, object] = {
        "person_id": given.id,
        "first_name": given.name.firstName,
        "last_name": given.name.lastName,
        "email": given.emails.primaryEmail,
        "phone": f"{calling}{number}" if number and calling and not number.startswith("+") else number,
        "country": phones.primaryPhoneCountryCode,
        "job_title": given.jobTitle,
        "city": given.city,
    }
    return {name: value for name, value in fields.items() if value}


def document(person: Person, given: PersonIn) -> dict[str, Any]:
    """A stored person as Twenty shows one."""
    first, _, last = person.name.partition(" ")
    split = given.name.firstName or given.name.lastName
    emails = {"primaryEmail": person.email or "", "additionalEmails": []}
    phones = given.phones.model_dump() | {"additionalPhones": []}
    phones = {name: value or ([] if name == "additionalPhones" else "") for name, value in phones.items()}
    return {
        "id": person.person_id,
        "createdAt": person.created_at,
        "updatedAt": person.updated_at,
        "deletedAt": None,
        "name": given.name.model_dump() if split else {"firstName": first, "lastName": last},
        "emails": emails,
        "phones": phones,
        "jobTitle": person.attributes.get("job_title", ""),
        "city": person.attributes.get("city", ""),
        "companyId": person.company_id,
    }
