"""The built-in signal types. Weights are log-odds an experienced seller would give, half-lives the usual defaults."""

from __future__ import annotations

from typing import Any

from scoring.signal_type import Catalogue, SignalType

_THEY_ASK: dict[str, Any] = {"direction": "inbound", "opens_turn": "us", "closes_turn": "them"}
_WE_WRITE: dict[str, Any] = {
    "direction": "outbound",
    "group": "attempts",
    "attempts_weight": -0.6,
    "opens_turn": "them",
    "closes_turn": "us",
}
_THEY_LOOK: dict[str, Any] = {"direction": "inbound", "half_life_class": "fast", "saturation": 2.5}

CALLS = (
    SignalType(
        "MISSED_CALL",
        "Missed call",
        channel="phone",
        weight=2.0,
        half_life_class="instant",
        saturation=0.5,
        intent=True,
        response_minutes=5,
        **_THEY_ASK,
        meaning="They called and nobody answered.",
    ),
    SignalType(
        "INBOUND_CALL",
        "Inbound call",
        "inbound",
        "phone",
        1.8,
        saturation=0.5,
        group="talks",
        closes_turn="both",
        intent=True,
        meaning="They called and we talked.",
    ),
    SignalType(
        "CALL_COMPLETED",
        "Call completed",
        "outbound",
        "phone",
        1.2,
        saturation=1,
        closes_turn="both",
        meaning="We called and they talked with us.",
    ),
    SignalType("VOICEMAIL_LEFT", "Voicemail left", channel="phone", **_WE_WRITE, meaning="We left a voicemail."),
    SignalType("NO_ANSWER", "No answer", channel="phone", **_WE_WRITE, meaning="We called and nobody answered."),
    SignalType(
        "CALLBACK_REQUESTED",
        "Callback requested",
        channel="phone",
        weight=2.5,
        half_life_class="instant",
        saturation=0.5,
        intent=True,
        plans="sets",
        response_minutes=5,
        **_THEY_ASK,
        meaning="They asked for a call.",
    ),
)

MESSAGES = (
    SignalType("SMS_SENT", "SMS sent", channel="sms", **_WE_WRITE),
    SignalType("SMS_REPLIED", "SMS reply", channel="sms", weight=1.6, saturation=0.7, group="replies", **_THEY_ASK),
    SignalType("WHATSAPP_SENT", "WhatsApp sent", channel="whatsapp", **_WE_WRITE),
    SignalType(
        "WHATSAPP_REPLIED",
        "WhatsApp reply",
        channel="whatsapp",
        weight=1.6,
        saturation=0.7,
        group="replies",
        **_THEY_ASK,
    ),
    SignalType("EMAIL_SENT", "E-mail sent", channel="email", **_WE_WRITE),
    SignalType(
        "EMAIL_OPENED",
        "E-mail opened",
        channel="email",
        weight=0.3,
        **_THEY_LOOK,
        meaning="Weak: mail programs open mails by themselves.",
    ),
    SignalType("EMAIL_CLICKED", "E-mail link clicked", channel="email", weight=0.7, **_THEY_LOOK),
    SignalType(
        "EMAIL_REPLIED", "E-mail reply", channel="email", weight=1.6, saturation=0.7, group="replies", **_THEY_ASK
    ),
    SignalType("EMAIL_BOUNCED", "E-mail bounced", "system", "email", -0.6, "negative", closes_turn="them"),
    SignalType(
        "NO_REPLY",
        "No reply",
        "system",
        "none",
        -0.4,
        "fast",
        saturation=2,
        meaning="Our message was not answered in time.",
    ),
    SignalType(
        "CHAT_STARTED",
        "Chat started",
        channel="chat",
        weight=1.4,
        saturation=0.7,
        intent=True,
        response_minutes=5,
        **_THEY_ASK,
    ),
)

WEB = (
    SignalType(
        "FORM_SUBMITTED",
        "Form submitted",
        channel="web",
        weight=1.8,
        saturation=0.6,
        intent=True,
        response_minutes=5,
        stage=1,
        **_THEY_ASK,
    ),
    SignalType("PAGE_VISITED", "Page visited", channel="web", weight=0.4, **_THEY_LOOK),
    SignalType("PRICING_VIEWED", "Pricing viewed", channel="web", weight=1.0, intent=True, **_THEY_LOOK),
    SignalType(
        "QUOTE_REQUESTED",
        "Quote requested",
        channel="web",
        weight=2.2,
        saturation=0.5,
        intent=True,
        stage=1.5,
        response_minutes=15,
        **_THEY_ASK,
    ),
    SignalType("BOOKING_LINK_CLICKED", "Booking link clicked", channel="web", weight=1.2, intent=True, **_THEY_LOOK),
)

APPOINTMENTS = (
    SignalType(
        "APPOINTMENT_BOOKED",
        "Appointment booked",
        "inbound",
        "calendar",
        2.2,
        "slow",
        saturation=0.5,
        stage=2,
        intent=True,
        plans="sets",
        closes_turn="both",
    ),
    SignalType(
        "APPOINTMENT_COMPLETED",
        "Appointment completed",
        "inbound",
        "calendar",
        1.8,
        "slow",
        saturation=0.7,
        stage=2.5,
        plans="clears",
        closes_turn="them",
    ),
    SignalType(
        "APPOINTMENT_CANCELLED",
        "Appointment cancelled",
        "inbound",
        "calendar",
        -0.8,
        "slow",
        plans="clears",
        opens_turn="us",
        closes_turn="them",
        response_minutes=60,
    ),
    SignalType(
        "APPOINTMENT_NO_SHOW",
        "Did not show up",
        "inbound",
        "calendar",
        -0.8,
        "slow",
        plans="clears",
        opens_turn="us",
        closes_turn="them",
        response_minutes=60,
    ),
)

MOODS = (
    SignalType("POSITIVE_SENTIMENT", "Positive mood", "inbound", "none", 0.8, saturation=1),
    SignalType("NEGATIVE_SENTIMENT", "Negative mood", "inbound", "none", -1.0, "negative"),
    SignalType("OBJECTION", "Objection", "inbound", "none", -0.6, "negative", saturation=2, opens_turn="us"),
    SignalType(
        "UNSUBSCRIBED",
        "Unsubscribed",
        "inbound",
        "email",
        -2.0,
        "negative",
        saturation=0.2,
        opts_out=True,
        closes_turn="both",
    ),
    SignalType(
        "DO_NOT_CONTACT_REQUESTED",
        "Asked not to be contacted",
        "inbound",
        "none",
        -4.0,
        "negative",
        saturation=0.1,
        opts_out=True,
        closes_turn="both",
    ),
)

PROCESS = (
    SignalType("PERSON_CREATED", "New contact", "system", "none", 0.5, "instant", saturation=1),
    SignalType("OPPORTUNITY_CREATED", "Opportunity opened", "system", "none", 1.0, "slow", stage=1.5),
    SignalType("OPPORTUNITY_STAGE_CHANGED", "Opportunity moved", "system", "none", 0.8, "slow", saturation=1.5),
    SignalType("OPPORTUNITY_WON", "Opportunity won", "system", "none", 0.5, "long", lifecycle="customer"),
    SignalType("OPPORTUNITY_LOST", "Opportunity lost", "system", "none", -1.5, "negative", lifecycle="lost"),
)

SHOP = (
    SignalType("ORDER_PLACED", "Order placed", "inbound", "web", 1.5, "long", value="order amount", stage=2),
    SignalType(
        "ORDER_COMPLETED", "Order completed", "system", "web", 0.5, "long", value="order amount", lifecycle="customer"
    ),
    SignalType("ORDER_CANCELLED", "Order cancelled", "inbound", "web", -0.8, "long"),
    SignalType("ORDER_REFUNDED", "Order refunded", "system", "web", -0.8, "negative"),
    SignalType(
        "CART_ABANDONED",
        "Cart abandoned",
        "inbound",
        "web",
        1.3,
        "instant",
        intent=True,
        opens_turn="us",
        response_minutes=60,
    ),
    SignalType("CART_RECOVERED", "Cart recovered", "inbound", "web", 1.2, "medium", closes_turn="us"),
    SignalType("REFERRAL_MADE", "Made a referral", "inbound", "none", 1.4, "slow"),
    SignalType("RENEWAL_DUE", "Renewal due", "system", "none", 1.2, "slow"),
)

BUILT_IN = Catalogue({kind.type: kind for kind in CALLS + MESSAGES + WEB + APPOINTMENTS + MOODS + PROCESS + SHOP})
