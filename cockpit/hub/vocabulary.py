"""The Hub's words for how an engagement stands and how it ended, in ours.

Its value sets are not published: whatever is listed neither here nor by the workspace is `unknown`, and stays readable
as the Hub wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

UNKNOWN: Final = "unknown"

STATES: Final = ("accepted", "running", "paused", "completed", "failed", "cancelled")
FINAL: Final = frozenset({"completed", "failed", "cancelled"})
STATE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("accepted", "created", "queued", "scheduled", "pending", "initiated", "new"), "accepted"),
        **dict.fromkeys(("ringing", "in_progress", "running", "started", "active", "processing"), "running"),
        **dict.fromkeys(("paused", "on_hold"), "paused"),
        **dict.fromkeys(
            ("completed", "answered", "done", "finished", "ended", "sent", "delivered", "success"), "completed"
        ),
        **dict.fromkeys(("failed", "error", "undelivered", "rejected", "bounced"), "failed"),
        **dict.fromkeys(("no_answer", "busy", "voicemail"), "completed"),
        **dict.fromkeys(("cancelled", "canceled", "aborted", "stopped"), "cancelled"),
    }
)

RESULT_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("answered", "completed", "connected", "conversation", "talked", "success", "human"), "talked"),
        **dict.fromkeys(("no_answer", "noanswer", "busy", "not_answered", "unreachable", "missed"), "no_answer"),
        **dict.fromkeys(("voicemail", "voicemail_left", "machine", "answering_machine"), "voicemail"),
        **dict.fromkeys(("callback", "callback_requested", "call_back_later", "reschedule"), "callback"),
        **dict.fromkeys(("booked", "appointment_booked", "appointment", "meeting_booked", "scheduled"), "booked"),
        **dict.fromkeys(("confirmed", "appointment_confirmed"), "confirmed"),
        **dict.fromkeys(("appointment_cancelled", "appointment_canceled"), "appointment_cancelled"),
        **dict.fromkeys(("interested", "positive", "qualified", "hot"), "interested"),
        **dict.fromkeys(("not_interested", "negative", "unqualified", "declined"), "not_interested"),
        **dict.fromkeys(("do_not_call", "do_not_contact", "dnc", "dnc_requested"), "refused_contact"),
        **dict.fromkeys(("opted_out", "opt_out", "stop", "unsubscribed", "unsubscribe"), "unsubscribed"),
        **dict.fromkeys(("sent", "delivered", "queued"), "sent"),
        **dict.fromkeys(("replied", "reply", "responded", "response_received"), "replied"),
        **dict.fromkeys(("opened", "open"), "opened"),
        **dict.fromkeys(("clicked", "click", "link_clicked"), "clicked"),
        **dict.fromkeys(("bounced", "bounce"), "bounced"),
        **dict.fromkeys(("failed", "error", "undelivered", "rejected", "invalid_number", "wrong_number"), "failed"),
        **dict.fromkeys(("cancelled", "canceled"), "cancelled"),
    }
)
RESULTS: Final = tuple(dict.fromkeys(RESULT_WORDS.values()))


def state_of(status: str | None, own: Mapping[str, str] | None = None) -> str:
    """A status in our words; those that the workspace maps itself come first."""
    return _translated(status, own, STATE_WORDS) or UNKNOWN


def result_of(outcome: str | None, own: Mapping[str, str] | None = None) -> str | None:
    """An outcome in our words; None where the Hub names none."""
    return (_translated(outcome, own, RESULT_WORDS) or UNKNOWN) if (outcome or "").strip() else None


def folded(word: str | None) -> str:
    """A word of the Hub in the one spelling it is looked up by: `No Answer`, `NO-ANSWER` and `noAnswer` are one."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word or "")
    return re.sub(r"[^a-z0-9]+", "_", spaced.casefold()).strip("_")


def _translated(word: str | None, own: Mapping[str, str] | None, ours: Mapping[str, str]) -> str | None:
    key = folded(word)
    return {folded(theirs): mine for theirs, mine in (own or {}).items()}.get(key) or ours.get(key)
