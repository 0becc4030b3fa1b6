"""What one webhook of the Hub says (contract: POST /rest/aventora/webhook), and the signals that follow from it.

read_update(body, received_at) -> Update        raises BadRequest
signals_of(update, state, result) -> tuple[Follows, ...]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from cockpit.errors import BadRequest
from cockpit.hub.vocabulary import FINAL, UNKNOWN, folded

LONGEST_ID = 200
LONGEST_WORD = 120
LONGEST_SUMMARY = 2_000
INBOUND, OUTBOUND = "inbound", "outbound"
AHEAD: Final = timedelta(minutes=4)  # of a sender's clock; further ahead, the time it came is what counts

# What an outreach becomes by its channel and its result; what is not here makes no signal of its own.
OURS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "phone": {
        "talked": ("CALL_COMPLETED",),
        "interested": ("CALL_COMPLETED", "POSITIVE_SENTIMENT"),
        "not_interested": ("CALL_COMPLETED", "NEGATIVE_SENTIMENT"),
        "booked": ("CALL_COMPLETED", "APPOINTMENT_BOOKED"),
        "confirmed": ("CALL_COMPLETED",),
        "appointment_cancelled": ("CALL_COMPLETED", "APPOINTMENT_CANCELLED"),
        "callback": ("CALL_COMPLETED", "CALLBACK_REQUESTED"),
        "refused_contact": ("CALL_COMPLETED", "DO_NOT_CONTACT_REQUESTED"),
        "unsubscribed": ("CALL_COMPLETED", "UNSUBSCRIBED"),
        "no_answer": ("NO_ANSWER",),
        "voicemail": ("VOICEMAIL_LEFT",),
    },
    "email": {
        "opened": ("EMAIL_SENT", "EMAIL_OPENED"),
        "clicked": ("EMAIL_SENT", "EMAIL_CLICKED"),
        "bounced": ("EMAIL_SENT", "EMAIL_BOUNCED"),
    },
}
WRITTEN: Final = {"sms": "SMS", "whatsapp": "WHATSAPP", "email": "EMAIL"}
# What an answer in writing can mean besides; the message itself went out in any case.
IN_WRITING: Final[Mapping[str, tuple[str, ...]]] = {
    "interested": ("POSITIVE_SENTIMENT",),
    "not_interested": ("NEGATIVE_SENTIMENT",),
    "booked": ("APPOINTMENT_BOOKED",),
    "appointment_cancelled": ("APPOINTMENT_CANCELLED",),
    "callback": ("CALLBACK_REQUESTED",),
    "refused_contact": ("DO_NOT_CONTACT_REQUESTED",),
    "unsubscribed": ("UNSUBSCRIBED",),
}
ANSWERED = frozenset({"replied", *IN_WRITING})
DIRECTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("SMS_REPLIED", "WHATSAPP_REPLIED", "EMAIL_REPLIED", "MISSED_CALL", "INBOUND_CALL"), INBOUND)
}


@dataclass(frozen=True, slots=True)
class Update:
    """One webhook; the words are the Hub's."""

    engagement_id: str
    event_type: str
    sent_at: datetime
    person_id: UUID | None = None
    status: str | None = None
    outcome: str | None = None
    summary: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    channel: str | None = None
    direction: str = OUTBOUND
    contact: str | None = None
    client_reference: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Follows:
    """A signal that an update means."""

    type: str
    occurred_at: datetime


def read_update(body: Any, received_at: datetime, reference_field: str = "client_reference") -> Update:
    """The update in a body; fields nobody knows stay in it.

    Raises:
        BadRequest: it names no engagement.
    """
    if not isinstance(body, Mapping):
        raise BadRequest("The body must be a JSON object.")
    engagement_id = _text(body, "engagement_id", LONGEST_ID) or _text(body, "call_sid", LONGEST_ID)
    if not engagement_id:
        raise BadRequest("The body names no engagement_id.")
    return Update(
        engagement_id,
        _text(body, "event_type", LONGEST_WORD) or "engagement.updated",
        _instant(body.get("sent_at"), received_at) or received_at,
        person_id=_uuid(body.get("person_id")),
        status=_text(body, "status", LONGEST_WORD),
        outcome=_text(body, "outcome", LONGEST_WORD),
        summary=_text(body, "summary", LONGEST_SUMMARY),
        started_at=_instant(body.get("started_at"), received_at),
        completed_at=_instant(body.get("completed_at"), received_at),
        channel=folded(_text(body, "channel", LONGEST_WORD)) or None,
        direction=INBOUND if folded(_text(body, "direction", LONGEST_WORD)) == INBOUND else OUTBOUND,
        contact=_text(body, "contact_identifier", LONGEST_ID),
        client_reference=_text(body, reference_field, LONGEST_ID),
        body=body,
    )


def signals_of(update: Update, state: str, result: str | None) -> tuple[Follows, ...]:
    """The signals an update means, each at the time that every update of the engagement tells alike where it can."""
    over = state in FINAL
    if not over and result is None:
        return ()
    types = _inbound(update, state, result) if update.direction == INBOUND else _outbound(update, state, result)
    ended = update.completed_at or update.sent_at
    began = update.started_at or ended
    return tuple(Follows(name, began if name.endswith("_SENT") else ended) for name in dict.fromkeys(types))


def _outbound(update: Update, state: str, result: str | None) -> tuple[str, ...]:
    if state == "cancelled" or result in ("failed", "cancelled"):
        return ()
    if result == UNKNOWN:
        return (*_went_out(update, state), _own_type(update))
    special = OURS.get(update.channel or "", {}).get(result or "")
    if special is not None:
        return special
    if update.channel in WRITTEN:
        name = WRITTEN[update.channel]
        replied = (f"{name}_REPLIED",) if result in ANSWERED else ()
        return (*_went_out(update, state), *replied, *IN_WRITING.get(result or "", ()))
    if update.channel == "phone" and state == "completed" and result is None:
        return ("NO_ANSWER",) if folded(update.status) in ("no_answer", "busy") else ()
    return ()


def _went_out(update: Update, state: str) -> tuple[str, ...]:
    sent = update.channel in WRITTEN and state != "failed"
    return (f"{WRITTEN[update.channel or '']}_SENT",) if sent else ()


def _inbound(update: Update, state: str, result: str | None) -> tuple[str, ...]:
    if result == UNKNOWN:
        return (_own_type(update),)
    if update.channel in WRITTEN:
        return (f"{WRITTEN[update.channel]}_REPLIED", *IN_WRITING.get(result or "", ()))
    if update.channel != "phone" or result == "cancelled":
        return ()
    if result in ("no_answer", "voicemail", "failed") or state in ("failed", "cancelled"):
        return ("MISSED_CALL",)
    spoken = OURS["phone"].get(result or "talked", ())
    return ("INBOUND_CALL", *(name for name in spoken if name != "CALL_COMPLETED"))


def _own_type(update: Update) -> str:
    """A type for an outcome we have no word for: it is stored and shown, and scores once somebody catalogues it."""
    return f"HUB_{folded(update.outcome).upper() or 'OUTCOME'}"[:100]


def _text(body: Mapping[str, Any], name: str, longest: int) -> str | None:
    value = body.get(name)
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in str(value)).split())
    return text[:longest] or None


def _instant(value: Any, received_at: datetime) -> datetime | None:
    """An instant; one without a zone is UTC, one that lies far ahead is now, one that is none is none."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value.strip())
        instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if instant - received_at < AHEAD else received_at


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
