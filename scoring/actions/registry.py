"""Every type of suggested action, by key; a new one is a new file and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scoring.actions.action import TYPE_AT, Action, Situation
from scoring.actions.call_lead import CALL_LEAD
from scoring.actions.check_interest import CHECK_INTEREST
from scoring.actions.confirm_appointment import CONFIRM_APPOINTMENT
from scoring.actions.escalate_to_sales import ESCALATE_TO_SALES
from scoring.actions.reconnect import RECONNECT
from scoring.actions.recover_cart import RECOVER_CART
from scoring.actions.request_referral import REQUEST_REFERRAL
from scoring.actions.reschedule_appointment import RESCHEDULE_APPOINTMENT
from scoring.actions.say_hello import SAY_HELLO
from scoring.actions.send_booking_link import SEND_BOOKING_LINK
from scoring.actions.send_follow_up import SEND_FOLLOW_UP

_ALL = (
    CALL_LEAD,
    SAY_HELLO,
    SEND_FOLLOW_UP,
    CHECK_INTEREST,
    SEND_BOOKING_LINK,
    CONFIRM_APPOINTMENT,
    RESCHEDULE_APPOINTMENT,
    RECONNECT,
    RECOVER_CART,
    REQUEST_REFERRAL,
    ESCALATE_TO_SALES,
)

ACTIONS: Mapping[str, Action] = MappingProxyType({action.key: action for action in _ALL})
SITUATIONS: tuple[tuple[Action, Situation], ...] = tuple(
    (action, situation) for action in _ALL for situation in action.situations
)


def _columns(situation: Situation) -> set[str]:
    """The columns a situation reads."""
    expressions = (
        situation.when,
        situation.since,
        situation.until,
        situation.evidence_type,
        situation.evidence_at,
        situation.effect,
    )
    return {name for expression in expressions for name in expression.meta.root_names()}


# The signal types whose last time some action asks for: what a reader has to bring.
TYPES_READ: tuple[str, ...] = tuple(
    sorted(
        {
            name.removeprefix(TYPE_AT)
            for _, situation in SITUATIONS
            for name in _columns(situation)
            if name.startswith(TYPE_AT)
        }
    )
)
