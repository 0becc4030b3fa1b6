"""One outreach as the Hub is asked for it (contract: POST /integration/start)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cockpit.errors import CockpitError
from cockpit.hub.connection import CHANNELS, HUB_TYPES, HubConnection
from cockpit.hub.phones import e164
from cockpit.model.instants import spelled

LONGEST_INSTRUCTION = 4_000


class CannotSend(CockpitError):
    """This outreach cannot be put into words the Hub understands."""

    status = 422


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What is asked of the Hub."""

    hub_type: str
    channel: str
    instruction: str
    client_reference: str  # ours: the Hub gives it back with its updates
    idempotency_key: str  # one per outreach, never made anew
    phone: str | None = None
    country: str | None = None  # of a number without one
    email: str | None = None
    name: str | None = None
    language: str | None = None
    scheduled_time: datetime | None = None
    external_user_id: str | None = None  # who of ours it is on behalf of
    email_subject: str | None = None
    email_template_id: str | None = None


def body_of(connection: HubConnection, request: StartRequest) -> dict[str, Any]:
    """The JSON body; what is not known is left out.

    Raises:
        CannotSend: the type, the channel or the recipient cannot be used.
    """
    _check(connection, request)
    every = {
        **connection.extra_fields,
        "type": request.hub_type,
        "channel": request.channel,
        **_recipient(connection, request),
        "client_name": request.name,
        "instruction": request.instruction[:LONGEST_INSTRUCTION],
        "domain_name": connection.domain_name,
        "language": request.language,
        "scheduled_time": request.scheduled_time and spelled(request.scheduled_time),
        "external_user_id": request.external_user_id,
    }
    if connection.reference_field:
        every[connection.reference_field] = request.client_reference
    return {name: value for name, value in every.items() if value not in (None, "")}


def _check(connection: HubConnection, request: StartRequest) -> None:
    if request.hub_type not in HUB_TYPES:
        raise CannotSend(f"{request.hub_type} is no type of the Hub: map the action to one of {', '.join(HUB_TYPES)}.")
    if request.channel not in CHANNELS:
        raise CannotSend(f"{request.channel} is no channel of the Hub.")
    if request.channel == "email" and request.hub_type != "informational":
        raise CannotSend("The Hub sends e-mail for actions of the type informational only: change the mapping.")
    if request.channel == "whatsapp" and connection.whatsapp_fields is None:
        raise CannotSend("WhatsApp is off: the connection of the Hub does not say which field it takes the number in.")


def _recipient(connection: HubConnection, request: StartRequest) -> Mapping[str, Any]:
    if request.channel == "email":
        if not request.email:
            raise CannotSend("The person has no e-mail address.")
        return {
            "email_address": request.email,
            "client_email": request.email,
            "email_subject": request.email_subject,
            "email_template_id": request.email_template_id,
        }
    number = e164(request.phone, request.country)
    if number is None:
        why = "has no phone number" if not request.phone else "has a phone number without a country"
        raise CannotSend(f"The person {why}.")
    recipient: dict[str, Any] = {"phone_number": number, "client_email": request.email}
    if request.channel == "whatsapp":
        recipient |= {
            name: number if value == "{phone}" else value for name, value in (connection.whatsapp_fields or {}).items()
        }
    return recipient
